"""Which schedules a person asked for: the jobs and their times, before anything is touched."""

from dataclasses import dataclass

from drills.document import FOLDER, named
from operation.failure import refusal
from operation.stack import Stack
from schedules.expression import checked
from schedules.schedule import Schedule

BACKUP = "backup-"
DRILL = "drill-"
BACKUPS = {"full": "0 2 * * 0", "incr": "0 2 * * 1-6"}
"""A full backup on Sundays, increments on all other days."""

RENEWAL = "certs-renew"
NIGHTLY = "40 1 * * *"
"""Before the night's backup."""

OFTEN = {
    "daily": "30 3 * * *",
    "weekly": "30 3 * * 1",
    "monthly": "30 3 1 * *",
    "quarterly": "30 3 1 1,4,7,10 *",
}
"""What a runbook's `schedule` means: after the night's backup, so that the twin comes from a fresh one."""

MOST_JITTER = 86400


@dataclass(frozen=True)
class Wanted:
    """A schedule as it was asked for, without what the host makes of it.

    Attributes:
        name: unique in the stack.
        job: the words behind `./ops`.
        cron: five fields.
        jitter: seconds at most.
    """

    name: str
    job: tuple[str, ...]
    cron: str
    jitter: int


def backups(full: str, diff: str, incr: str, jitter: int, *, verify: bool = True) -> list[Wanted]:
    """The plan for backups: what was given, or without anything the default.

    Args:
        full: cron expression for full backups.
        diff: for differential ones.
        incr: for incremental ones.
        jitter: seconds at most.
        verify: a proof by restore follows each.

    Raises:
        Failure: when a time is none.
    """
    proof = ("--verify",) if verify else ()
    given = {kind: cron for kind, cron in (("full", full), ("diff", diff), ("incr", incr)) if cron}
    return [
        Wanted(f"{BACKUP}{kind}", ("backup", "--type", kind, *proof), checked(cron), _jitter(jitter))
        for kind, cron in (given or BACKUPS).items()
    ]


def drill(stack: Stack, runbook: str, cron: str, jitter: int) -> Wanted:
    """The plan for one runbook: the time that was given, or what its front matter says.

    Raises:
        Failure: when there is no such runbook, it has a fault, or the time is none.
    """
    book = named(runbook, stack.root / FOLDER.name)
    when = cron or OFTEN[book.schedule]
    return Wanted(f"{DRILL}{book.name}", ("drill", book.name), checked(when), _jitter(jitter))


def certificates(cron: str, jitter: int) -> Wanted:
    """The plan for renewals: what is due each night, or at the time that was given.

    Raises:
        Failure: when the time is none.
    """
    return Wanted(RENEWAL, ("certs.renew", "--due"), checked(cron or NIGHTLY), _jitter(jitter))


def unwanted(existing: list[Schedule], wanted: list[Wanted]) -> list[str]:
    """Schedules of backups that a new plan for backups no longer names."""
    names = {each.name for each in wanted}
    return [each.name for each in existing if each.name.startswith(BACKUP) and each.name not in names]


def _jitter(seconds: int) -> int:
    if not 0 <= seconds <= MOST_JITTER:
        raise refusal(f"--jitter {seconds} is out of range.", remedy=f"seconds, 0 to {MOST_JITTER}.")
    return seconds
