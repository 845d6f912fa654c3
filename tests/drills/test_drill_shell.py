"""Running cells: time limits, bounded output, no process left behind, no secret in evidence."""

import os
import time
from pathlib import Path

import psutil

from drills.masking import joined, masked, secrets_in
from drills.shell import HALF, Ran, execute
from operation.stack import Stack


def run(script: str, folder: Path, timeout: float = 10.0, **environment: str) -> Ran:
    """Runs a script as a cell is run."""
    argv = ("bash", "-euo", "pipefail", "-c", script)
    return execute(argv, {"PATH": os.environ["PATH"], **environment}, folder, timeout)


def gone(pid: int) -> bool:
    """Whether a process ends within two seconds."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_output_and_error_come_in_their_order(tmp_path: Path) -> None:
    """The folder, the environment and the exit status are what was asked for."""
    ran = run('echo one; echo two >&2; pwd; echo "$WORD"; exit 3', tmp_path, WORD="three")
    assert (ran.exit, ran.timed_out, ran.dropped) == (3, False, 0)
    assert ran.head == f"one\ntwo\n{tmp_path}\nthree\n"


def test_nobody_answers_questions(tmp_path: Path) -> None:
    """A command that reads its input finds the end of it instead of waiting."""
    assert run("cat; echo read", tmp_path).head == "read\n"


def test_a_failure_in_the_middle_ends_the_cell(tmp_path: Path) -> None:
    """Also one in a pipe, and also a variable that nobody set."""
    assert run("false | cat; echo on", tmp_path).head == ""
    assert run("echo $nobody; echo on", tmp_path).exit != 0


def test_a_hanging_cell_is_ended_with_its_children(tmp_path: Path) -> None:
    """The limit ends the whole process group, also what runs in its background."""
    ran = run("sleep 60 & echo $! > child; sleep 60", tmp_path, timeout=0.3)
    assert ran.timed_out
    assert ran.seconds < 3
    assert gone(int((tmp_path / "child").read_text()))


def test_a_background_process_does_not_outlive_its_cell(tmp_path: Path) -> None:
    """A cell that ends well leaves nothing running, and is not waited for."""
    ran = run("sleep 60 & echo $! > child", tmp_path)
    assert (ran.exit, ran.timed_out) == (0, False)
    assert ran.seconds < 3
    assert gone(int((tmp_path / "child").read_text()))


def test_output_is_bounded(tmp_path: Path) -> None:
    """Of megabytes the beginning and the end are kept, and the rest is counted."""
    ran = run("echo begin; head --bytes 3000000 /dev/zero | tr '\\0' x; echo; echo end", tmp_path)
    assert ran.head.startswith("begin\n")
    assert ran.tail.endswith("\nend\n")
    assert len(ran.head) == len(ran.tail) == HALF
    assert ran.dropped == len("begin\n") + 3000000 + len("\nend\n") - 2 * HALF


def test_secrets_are_masked(stack: Stack) -> None:
    """The value of every secret of a stack is replaced by its name; other words stay."""
    secrets = secrets_in(stack.folder / "secrets", stack.folder / "nowhere")
    assert masked("key=very-secret-value.", secrets) == "key=«s3-secret-key»."
    assert masked("key=other", secrets) == "key=other"


def test_short_words_are_no_secrets(stack: Stack) -> None:
    """An empty file or a word of five letters would spoil the whole text."""
    (stack.folder / "secrets" / "empty").write_text("\n")
    (stack.folder / "secrets" / "short").write_text("abcde")
    assert list(secrets_in(stack.folder / "secrets").values()) == ["s3-secret-key"]


def test_half_a_secret_at_the_cut_goes_too() -> None:
    """Where the middle of an output is left out, no half of a secret stays behind."""
    secrets = {"very-secret-value": "key"}
    text = joined("begin and so on very-sec", "et-value and then the end", 100, secrets)
    assert "very-sec" not in text
    assert "et-value" not in text
    assert text.startswith("begin")
    assert text.endswith("end")
    assert "100 bytes left out" in text
