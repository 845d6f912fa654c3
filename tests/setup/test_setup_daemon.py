"""A Docker daemon of our own: started, found, told apart from a stale mark, and stopped."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from operation.failure import Failure
from operation.progress import Progress
from toolchain import daemon
from toolchain.daemon import Daemon
from toolchain.swarm import Swarm

platform = pytest.mark.platform


def test_mark_of_a_gone_or_other_process_is_stale(tmp_path: Path) -> None:
    """After a kill the number may be nobody's, or another program's; rubbish counts as nobody's."""
    mark = tmp_path / "docker.pid"
    assert not daemon.stale(mark, "dockerd")
    mark.write_text("999999999\n")
    assert daemon.stale(mark, "dockerd")
    mark.write_text(str(os.getpid()))
    assert daemon.stale(mark, "dockerd")
    mark.write_text("rubbish")
    assert daemon.stale(mark, "dockerd")


def test_mark_of_a_living_daemon_is_not(tmp_path: Path) -> None:
    """The number is the very program's."""
    mark = tmp_path / "docker.pid"
    mark.write_text(str(os.getpid()))
    name = Path("/proc/self/comm").read_text().strip()
    assert not daemon.stale(mark, name)


def test_zombie_counts_as_gone(tmp_path: Path) -> None:
    """A daemon that died and that nobody has buried is not running."""
    entry = tmp_path / "proc" / "7"
    entry.mkdir(parents=True)
    (entry / "comm").write_text("dockerd\n")
    (entry / "stat").write_text("7 (docker) d) Z 1 7 7\n")
    mark = tmp_path / "docker.pid"
    mark.write_text("7")
    assert daemon.stale(mark, "dockerd", tmp_path / "proc")
    (entry / "stat").write_text("7 (docker) d) S 1 7 7\n")
    assert not daemon.stale(mark, "dockerd", tmp_path / "proc")


def pretended(folder: Path, *command: str) -> Daemon:
    """A daemon whose places are all in one folder."""
    return Daemon(command, folder / "d.sock", folder / "d.pid", folder / "exec", folder / "log")


def test_daemon_that_dies_shows_its_last_words(tmp_path: Path) -> None:
    """Its status and the end of its log are in the error, at once."""
    dying = pretended(tmp_path, "sh", "-c", "echo starting; echo no space left; exit 1")
    with pytest.raises(Failure, match=r"status 1:\n    starting\n    no space left"):
        daemon.start(dying)


def test_daemon_that_never_answers_is_given_up(tmp_path: Path) -> None:
    """After its time the error names the log."""
    silent = pretended(tmp_path, "sleep", "2")
    with pytest.raises(Failure, match="did not answer within") as caught:
        daemon.start(silent, seconds=0.3)
    assert str(tmp_path / "log") in caught.value.remedy


def test_missing_daemon_cannot_be_started(tmp_path: Path) -> None:
    """A program that is not there is a failure, not a traceback."""
    with pytest.raises(Failure, match="cannot be started"):
        daemon.start(pretended(tmp_path, "/nonexistent/dockerd"))


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of its own near the root: a socket's path has 107 bytes at most (man 7 unix)."""
    folder = Path(tempfile.mkdtemp(prefix="bem-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def second(short_path: Path) -> Iterator[Daemon]:
    """A real daemon beside the host's, in a network of its own, stopped by its process at the end."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("needs root and dockerd")
    places = pretended(short_path)
    program = (
        f"dockerd --data-root={short_path}/data --exec-root={places.exec_root} --pidfile={places.pid_file} "
        f"-H {places.url} --bridge=none --iptables=false"
    )
    command = ("unshare", "--net", "sh", "-c", f"ip link set lo up; exec {program}")
    yield Daemon(command, places.socket, places.pid_file, places.exec_root, places.log)
    if places.pid_file.exists() and not daemon.stale(places.pid_file, "dockerd"):
        end(int(places.pid_file.read_text()), signal.SIGTERM)
    subprocess.run(["umount", "--recursive", short_path / "data"], capture_output=True, check=False)


def end(pid: int, by: signal.Signals) -> None:
    """Ends a process that we started and waits until it is gone."""
    os.kill(pid, by)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            if not Path(f"/proc/{pid}").exists():
                return
        time.sleep(0.05)


@platform
@pytest.mark.timeout(120)
def test_daemon_starts_detached_and_is_not_started_twice(second: Daemon) -> None:
    """It leads a session of its own, holds none of our descriptors, and a second start finds it."""
    pid = daemon.start(second)
    assert pid
    assert daemon.version(second.url)
    assert os.getsid(pid) == pid
    opened = [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in (0, 1, 2)]
    assert opened == ["/dev/null", str(second.log), str(second.log)]
    assert daemon.start(second) == 0


@platform
@pytest.mark.timeout(120)
def test_killed_daemon_starts_again(second: Daemon) -> None:
    """Neither its stale mark nor that of its containerd stops the next one."""
    end(daemon.start(second), signal.SIGKILL)
    assert second.pid_file.exists()
    assert daemon.version(second.url) == ""
    assert daemon.start(second)
    assert daemon.version(second.url)


@platform
@pytest.mark.timeout(120)
def test_swarm_is_initialised_once(second: Daemon) -> None:
    """Inactive becomes a manager that only this host can reach; a second time nothing happens."""
    daemon.start(second)
    connection = docker.DockerClient(base_url=second.url)
    swarm = Swarm(lambda: connection)
    assert swarm.look().due
    swarm.provide(Progress(quiet=True))
    assert swarm.look().healthy
    identity = connection.info()["Swarm"]["NodeID"]
    swarm.provide(Progress(quiet=True))
    assert connection.info()["Swarm"]["NodeID"] == identity
    assert connection.info()["Swarm"]["NodeAddr"] == "127.0.0.1"
