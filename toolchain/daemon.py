"""A Docker daemon on a host without systemd, started in a session of its own."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from operation.failure import Failure
from toolchain.command import last_lines

POLL = 0.1
START_SECONDS = 120.0
PROC = Path("/proc")


@dataclass(frozen=True)
class Daemon:
    """How a daemon is started and where it keeps its marks; the defaults are dockerd's own.

    Attributes:
        command: the program and its arguments.
        socket: where it answers.
        pid_file: where it notes its process.
        exec_root: where its containerd notes its process.
        log: its output.
    """

    command: tuple[str, ...] = ("dockerd",)
    socket: Path = Path("/var/run/docker.sock")
    pid_file: Path = Path("/var/run/docker.pid")
    exec_root: Path = Path("/var/run/docker")
    log: Path = Path("/var/log/dockerd.log")

    @property
    def url(self) -> str:
        """As DOCKER_HOST has it."""
        return f"unix://{self.socket}"


def version(url: str, seconds: float = 10) -> str:
    """The version of the daemon that answers there, or nothing."""
    import docker  # noqa: PLC0415  # 0.15 s
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        client = docker.DockerClient(base_url=url, timeout=seconds)
        return str(client.version()["Version"])
    except (DockerException, OSError):
        return ""


def stale(pid_file: Path, program: str, proc: Path = PROC) -> bool:
    """Whether a file names a process that is gone, or whose number another program has now."""
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return pid_file.exists()
    try:
        name = (proc / str(pid) / "comm").read_text().strip()
        state = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return name != program or state == "Z"


def start(daemon: Daemon, seconds: float = START_SECONDS) -> int:
    """Starts a daemon and waits until it answers; one that is starting already is waited for.

    Returns:
        its process, or 0 when it was not started here.

    Raises:
        Failure: when it dies or does not answer in time; the last lines of its log are in it.
    """
    process = None
    if not daemon.pid_file.exists() or stale(daemon.pid_file, "dockerd"):
        process = _spawn(daemon)
    deadline = time.monotonic() + seconds
    while not version(daemon.url):
        if process and process.poll() is not None:
            raise _failure(daemon, f"the Docker daemon ended with status {process.returncode}")
        if time.monotonic() > deadline:
            raise _failure(daemon, f"the Docker daemon did not answer within {seconds:.0f} s")
        time.sleep(POLL)
    return process.pid if process else 0


def _spawn(daemon: Daemon) -> "subprocess.Popen[bytes]":
    """None of our descriptors goes along, or whoever waits for our output would wait for the daemon's end."""
    daemon.pid_file.unlink(missing_ok=True)
    containerd = daemon.exec_root / "containerd" / "containerd.pid"
    if stale(containerd, "containerd"):
        containerd.unlink(missing_ok=True)
    daemon.log.parent.mkdir(parents=True, exist_ok=True)
    with daemon.log.open("ab") as log:
        try:
            return subprocess.Popen(
                daemon.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={name: value for name, value in os.environ.items() if name != "DOCKER_HOST"},
                start_new_session=True,
            )
        except OSError as error:
            raise Failure(f"`{daemon.command[0]}` cannot be started: {error.strerror}.") from error


def _failure(daemon: Daemon, what: str) -> Failure:
    try:
        lines = last_lines(daemon.log.read_text(errors="replace"))
    except OSError:
        lines = []
    return Failure(
        "\n    ".join([f"{what}:", *lines]),
        "no container can run on this host.",
        f"read {daemon.log}, mend what it names, then type the same command again.",
    )
