"""Running other programs: their words, their time, their end."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.progress import Progress
from toolchain import command

QUIET = Progress(quiet=True)


def test_command_gives_its_words_and_logs_them(tmp_path: Path) -> None:
    """All is in the log; only this command's words are given back."""
    log = tmp_path / "log"
    log.write_text("before\n")
    assert command.run(("echo", "said"), Progress(log, quiet=True), seconds=10) == "said\n"
    assert "before" in log.read_text()
    assert "$ echo said" in log.read_text()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("sh", "-c", "echo the reason; exit 3"), r"ended with status 3:\n    the reason"),
        (("sh", "-c", "sleep 60 & sleep 60"), "took longer than 0 s"),
        (("/nonexistent/program",), "cannot be started"),
    ],
)
def test_command_that_fails_says_why(argv: tuple[str, ...], words: str) -> None:
    """Status, time limit, missing program: a failure each, without delay."""
    started = time.monotonic()
    with pytest.raises(Failure, match=words):
        command.run(argv, QUIET, seconds=0.3)
    assert time.monotonic() - started < 5


def test_interrupted_command_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C ends the program and what it started, then goes on upwards."""
    note = tmp_path / "pid"
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        command.run(("sh", "-c", f"sleep 60 & echo $! > {note}; wait"), QUIET, seconds=30)
    status = Path(f"/proc/{note.read_text().strip()}/status")
    deadline = time.monotonic() + 5
    while status.exists() and "State:\tZ" not in status.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
