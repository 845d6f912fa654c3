"""What is kept: full backups by number or by days, differential ones by number."""

from dataclasses import dataclass
from typing import Any

from infra.sections.backups import Backups
from infra.settings import PROJECT, settings_from
from operation.failure import Failure, refusal
from operation.stack import Stack

SECTION = "backups"


@dataclass(frozen=True)
class Wish:
    """What was typed; empty for what stays as it is.

    Attributes:
        full: how many full backups.
        diff: how many differential ones.
        days: that can be returned to.
    """

    full: str = ""
    diff: str = ""
    days: str = ""


def values(wish: Wish) -> dict[str, int]:
    """What the stack's file is to say of `bem:backups`; pure. A number of full backups ends days.

    Raises:
        Failure: when a number is none, or full backups are to be kept by number and by days at once.
    """
    typed = {"retention_full": wish.full, "retention_diff": wish.diff, "retention_days": wish.days}
    if wish.full and wish.days not in {"", "0"}:
        raise refusal(
            "full backups are kept by number or by days.",
            remedy="give --full, or --days; --diff with either.",
        )
    for each in filter(None, typed.values()):
        if not each.isdecimal():
            raise refusal(f"{each!r} is no number.", remedy="give a whole number: --full 4, --days 30.")
    found = {key: int(each) for key, each in typed.items() if each}
    return {**found, "retention_days": 0} if wish.full else found


def checked(stack: Stack, changes: dict[str, int]) -> Backups:
    """The section as it will be, validated as the file is.

    Raises:
        Failure: when a number is out of its bounds.
    """
    section: dict[str, Any] = {**stack.settings.backups.model_dump(), **changes}
    try:
        return settings_from({f"{PROJECT}:{SECTION}": section}, "as given").backups
    except Failure as failure:
        raise refusal(failure.what, remedy="give another number; docs/operating.md says which.") from failure


def words(settings: Backups) -> str:
    """The policy for a person; pure."""
    full = f"{settings.retention_days} days" if settings.retention_days else f"{settings.retention_full} full"
    return f"{full}, {settings.retention_diff} differential"
