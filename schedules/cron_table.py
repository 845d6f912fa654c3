"""A crontab with our lines in it; everybody else's stay as they are, byte by byte."""

import shlex

from operation.failure import refusal
from operation.stack import Stack
from schedules.schedule import Schedule, fire_argv, mark, number, owner

UNWRITABLE = set("\\\n\r\x00")
"""A backslash means different things to different crons."""


def lines(stack: Stack, schedule: Schedule) -> list[str]:
    """The schedule's own line, and a look every hour that makes up for what was missed.

    Raises:
        Failure: when the checkout's path cannot stand in a crontab.
    """
    if UNWRITABLE & set(str(stack.root)):
        raise refusal(
            f"{str(stack.root)!r} has a character that no crontab can hold.",
            remedy="move the checkout to a plainer path.",
        )
    command = shlex.join(fire_argv(stack, schedule.name)).replace("%", "\\%")
    minute = number(str(stack.root), stack.name, schedule.name) % 60
    return [
        f"{when} {command} # {mark(stack, schedule.name)}" for when in (schedule.cron, f"{minute} * * * *")
    ]


def with_lines(table: bytes, added: list[str]) -> bytes:
    """Our lines stand first, so that settings further down (SHELL, CRON_TZ) do not concern them."""
    return "".join(f"{line}\n" for line in added).encode() + table


def without(table: bytes, stack: Stack, name: str = "") -> bytes:
    """The table without the lines of one schedule, or of all that the stack has."""
    return b"".join(line for line in table.splitlines(keepends=True) if not _ours(line, stack, name))


def found(table: bytes, stack: Stack, name: str = "") -> list[str]:
    """Our lines in a table."""
    return [
        line.decode().rstrip("\n") for line in table.splitlines(keepends=True) if _ours(line, stack, name)
    ]


def _ours(line: bytes, stack: Stack, name: str) -> bool:
    text = line.rstrip(b"\n")
    if name:
        return text.endswith(f" # {mark(stack, name)}".encode())
    return f" # {owner(stack)} schedule=".encode() in text
