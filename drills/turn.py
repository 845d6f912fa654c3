"""Whose turn it is: one drill at a time a stack."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from drills.evidence import Evidence, State
from operation.failure import Failure
from operation.lock import BUSY
from operation.stack import Stack

KILLED = "the drill's process was killed."


@contextmanager
def alone(stack: Stack) -> Iterator[None]:
    """One drill at a time a stack; not the stack's own lock, so that production's backups go on meanwhile.

    Raises:
        Failure: when another drill is under way.
    """
    path = stack.make_folder() / "drill.lock"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            meaning, remedy = "nothing was changed.", "wait until it has ended."
            raise Failure(
                f"a drill of stack {stack.name} is under way.", meaning, remedy, exit_code=BUSY
            ) from None
        yield


def settled(stack: Stack, drills: Iterable[Evidence]) -> list[Evidence]:
    """The same drills; one that is under way by its journal, while no drill is, was killed. Saves nothing."""
    found = list(drills)
    open_ = [each.journal for each in found if each.journal.state is State.RUNNING]
    if not open_:
        return found
    try:
        with alone(stack):
            for journal in open_:
                journal.state, journal.verdict = State.INTERRUPTED, [KILLED]
    except Failure:
        pass
    return found
