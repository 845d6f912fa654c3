"""One schedule: which job of a stack runs by itself, when, and by which means."""

import hashlib
import shlex
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from operation.stack import Stack

MACHINE = Path("/etc/machine-id")
NAME = r"[a-z0-9][a-z0-9-]{0,79}"


class Kind(StrEnum):
    """What starts the runs."""

    SYSTEMD = "systemd"
    CRON = "cron"
    FOREGROUND = "foreground"


class Schedule(BaseModel):
    """What `.ops/<stack>/schedules/<name>.json` holds.

    Attributes:
        name: `backup-full`, `drill-database-volume-lost`; unique in the stack.
        job: the words behind `./ops`, without `--stack`.
        cron: five fields, in the host's local time.
        jitter: seconds by which a run is put off at most, always the same for one schedule of one host.
        kind: what starts its runs.
        since: when it was made or last changed (UTC); what was due before then was not missed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=f"^{NAME}$")
    job: tuple[str, ...] = Field(min_length=1)
    cron: str
    jitter: int = Field(ge=0, le=86400)
    kind: Kind
    since: datetime

    def argv(self, stack: Stack) -> list[str]:
        """The command line of the job, as a person would type it."""
        return [str(stack.root / "ops"), *self.job, "--stack", stack.name]

    def typed(self) -> str:
        """The job in words for a person: `invoke backup --type full`."""
        return shlex.join(["invoke", *self.job])

    def same_as(self, other: "Schedule") -> bool:
        """Whether both say the same, whenever they were made."""
        return self.model_copy(update={"since": other.since}) == other


def offset(stack: Stack, schedule: Schedule) -> int:
    """Seconds by which this schedule's runs are put off: the same at each run, others on other hosts.

    systemd does that itself (`RandomizedDelaySec`, `FixedRandomDelay`).
    """
    if schedule.kind is Kind.SYSTEMD:
        return 0
    machine = MACHINE.read_text().strip() if MACHINE.exists() else ""
    return number(machine, stack.name, schedule.name) % (schedule.jitter + 1)


def number(*words: str) -> int:
    """A number that is the same for the same words, and spread evenly."""
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8])


def identity(stack: Stack, name: str) -> str:
    """A name that no other checkout, stack or schedule has: `bem-local-backup-full-3f9a1c02`."""
    return f"bem-{stack.name}-{name}-{number(str(stack.root), stack.name, name):016x}"


def mark(stack: Stack, name: str) -> str:
    """What tells in a unit or a crontab that a line is ours, and whose."""
    return f"{owner(stack)} schedule={name}"


def owner(stack: Stack) -> str:
    """What the marks of all schedules of a stack begin with; a checkout is known by a number of its path."""
    return f"bem-operations checkout={number(str(stack.root)):016x} stack={stack.name}"


def fire_argv(stack: Stack, name: str) -> list[str]:
    """What a timer of any kind runs; it does nothing when nothing is due, so it may run too often."""
    return [str(stack.root / "ops"), "schedule.fire", name, "--stack", stack.name, "--if-due"]
