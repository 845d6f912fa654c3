"""One mutation at a time, told apart by a lock that a dead process does not hold."""

import subprocess
import sys

import pytest

from operation.failure import Failure
from operation.lock import held, locked
from operation.stack import Stack

HOLD = """
import sys
from pathlib import Path
from operation.lock import locked
from operation.stack import Stack
with locked(Stack("try", Path(sys.argv[1])), "restore --latest"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(stack: Stack) -> "subprocess.Popen[str]":
    """Another process that holds the lock."""
    process = subprocess.Popen(
        (sys.executable, "-c", HOLD, str(stack.root)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_held_stack_is_busy_and_says_by_what(stack: Stack) -> None:
    """Which operation, since when, and its process; exit status 3."""
    process = holder(stack)
    assert held(stack)
    with pytest.raises(Failure) as caught, locked(stack, "up"):
        pass
    process.communicate()
    assert caught.value.exit_code == 3
    assert "`restore --latest`" in caught.value.what
    assert f"process {process.pid}" in caught.value.what


def test_a_killed_holder_holds_nothing(stack: Stack) -> None:
    """The kernel drops the lock with kill -9."""
    process = holder(stack)
    process.kill()
    process.communicate()
    assert not held(stack)
    with locked(stack, "up"):
        assert held(stack)


def test_a_free_stack_is_not_held(stack: Stack) -> None:
    """Also one that was never touched."""
    assert not held(stack)
    with locked(stack, "up"):
        pass
    assert not held(stack)
