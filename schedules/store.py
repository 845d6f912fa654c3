"""The schedules of a stack: a file each under `.ops/<stack>/schedules`, and the locks beside them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from operation.custodian import write_private
from operation.failure import Failure, refusal
from operation.lock import BUSY, taken
from operation.stack import Stack
from schedules import record
from schedules.schedule import Schedule

RUNNER = "runner"
"""The lock of the foreground scheduler."""
EDIT = "edit"
"""The lock of whoever changes schedules."""


def schedules(stack: Stack) -> list[Schedule]:
    """All schedules of a stack, by name.

    Raises:
        Failure: when a file was damaged.
    """
    return [_read(path) for path in sorted(_folder(stack).glob("*.json"))]


def named(stack: Stack, name: str) -> Schedule:
    """The schedule of that name.

    Raises:
        Failure: when there is none.
    """
    if "/" in name or not known(stack, name):
        raise refusal(
            f"stack {stack.name} has no schedule {name!r}.",
            remedy="`invoke schedule.list` names them; `invoke backup.schedule` makes those of backups.",
        )
    return _read(_folder(stack) / f"{name}.json")


def known(stack: Stack, name: str) -> bool:
    """Whether there is a schedule of that name, now."""
    return (_folder(stack) / f"{name}.json").exists()


def write(stack: Stack, schedule: Schedule) -> None:
    """Writes a schedule in one step."""
    write_private(_folder(stack) / f"{schedule.name}.json", schedule.model_dump_json(indent=1).encode())


def drop(stack: Stack, name: str) -> None:
    """Removes a schedule and what is known of its last run."""
    (_folder(stack) / f"{name}.json").unlink(missing_ok=True)
    record.forget(stack, name)


@contextmanager
def held(stack: Stack, name: str, busy: str) -> Iterator[int]:
    """Holds a lock of that name while the block runs, and gives its descriptor.

    A child that inherits the descriptor holds the lock too, also when its parent is killed.

    Raises:
        Failure: with the words of `busy`, when another process holds it (exit status 3).
    """
    path = stack.make_folder("schedules") / f"{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(busy, "nothing was changed.", "wait until it has ended.", exit_code=BUSY) from None
        yield descriptor
    finally:
        os.close(descriptor)


def is_held(stack: Stack, name: str) -> bool:
    """Whether a process holds the lock of that name."""
    return taken(_folder(stack) / f"{name}.lock")


def _folder(stack: Stack) -> Path:
    return stack.folder / "schedules"


def _read(path: Path) -> Schedule:
    try:
        return Schedule.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise Failure(
            f"the schedule {path} cannot be read.",
            "nobody knows any more what it said.",
            "remove it, then make the schedule anew: `invoke backup.schedule`, `invoke drill.schedule`.",
        ) from error
