"""Pulumi's own lock after a kill: dropped when its holder is dead, ended when it is an orphan."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.progress import Progress
from operation.pulumi_lock import holders, take_over
from operation.stack import Stack


def lock(stack: Stack, pid: int, host: str = "") -> Path:
    """A lock file as Pulumi writes it."""
    folder = stack.make_folder("pulumi", ".pulumi", "locks", "organization", "bem", "try")
    path = folder / "0c0f.json"
    content = {"pid": pid, "username": "root", "hostname": host or socket.gethostname()}
    path.write_text(json.dumps(content))
    return path


def pulumi(stack: Stack) -> tuple[str, ...]:
    """A program of that name that waits for its end."""
    program = stack.root / "pulumi"
    shutil.copy(shutil.which("sleep") or "", program)
    return (str(program), "60")


def test_without_a_lock_there_is_nothing_to_do(stack: Stack) -> None:
    """The usual case."""
    assert not take_over(stack, Progress(quiet=True))


def test_the_lock_of_a_dead_process_is_dropped(stack: Stack) -> None:
    """And the caller hears that something was left."""
    dead = subprocess.Popen(("true",))
    dead.wait()
    path = lock(stack, dead.pid)
    assert take_over(stack, Progress(quiet=True))
    assert not path.exists()


def test_a_number_that_another_program_has_now_is_left_alone(stack: Stack) -> None:
    """This test itself holds that number, and lives on."""
    lock(stack, os.getpid())
    assert take_over(stack, Progress(quiet=True))


def test_an_orphan_is_asked_to_stop_and_waited_for(stack: Stack) -> None:
    """Its parent was killed; two at once would harm the state."""
    starter = """if True:
        import subprocess, sys
        print(subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)
    """
    parent = subprocess.run(
        (sys.executable, "-c", starter, *pulumi(stack)), capture_output=True, text=True, check=True
    )
    pid = int(parent.stdout)
    assert holders(stack) == []
    lock(stack, pid)
    assert take_over(stack, Progress(quiet=True))
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()


def test_one_that_somebody_runs_by_hand_is_respected(stack: Stack) -> None:
    """It has a parent that lives; exit status 3, and its lock stays."""
    process = subprocess.Popen(pulumi(stack))
    path = lock(stack, process.pid)
    with pytest.raises(Failure) as caught:
        take_over(stack, Progress(quiet=True))
    process.kill()
    process.wait()
    assert caught.value.exit_code == 3
    assert path.exists()


def test_one_on_another_host_is_respected(stack: Stack) -> None:
    """Nobody here can see whether it lives."""
    path = lock(stack, 1, "elsewhere")
    with pytest.raises(Failure, match="host elsewhere"):
        take_over(stack, Progress(quiet=True))
    assert path.exists()


def test_a_broken_lock_file_is_dropped(stack: Stack) -> None:
    """A kill in the middle of its writing leaves half a file."""
    path = lock(stack, 1)
    path.write_text('{"pid":')
    assert take_over(stack, Progress(quiet=True))
    assert not path.exists()


def test_a_lock_that_a_full_disk_cut_short_goes(stack: Stack) -> None:
    """Pulumi reads it as a lock, and cannot; one that is being written now stays."""
    path = lock(stack, 0)
    path.unlink()
    empty, written = path.with_name("0c0f.json.18eb.tmp"), path.with_name("0d0f.json.18ec.tmp")
    empty.touch()
    written.write_text('{"pid": 1')
    assert not take_over(stack, Progress(quiet=True))
    assert (empty.exists(), written.exists()) == (False, True)
