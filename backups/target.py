"""What a person asks to be restored: a time, a mark, a backup, or the latest."""

from dataclasses import dataclass, replace
from datetime import datetime

from backups.mark import Mark, mark_of
from operation.failure import refusal
from operation.moment import moment
from operation.stack import Stack


@dataclass(frozen=True)
class Target:
    """What a person asked for; exactly one of the four.

    Attributes:
        time: in UTC; of a mark its own.
        label: a backup's label.
        latest: everything there is.
        name: a mark's name.
        mark: the mark itself, once it was looked up.
    """

    time: datetime | None = None
    label: str = ""
    latest: bool = False
    name: str = ""
    mark: Mark | None = None

    def __str__(self) -> str:
        """As it is typed."""
        if self.latest:
            return "--latest"
        if self.name:
            return f"--to-mark {self.name}"
        return (
            f"--backup {self.label}" if self.label else f"--to {self.time.isoformat() if self.time else ''}"
        )


def parse_target(to: str, label: str, latest: bool, name: str = "") -> Target:
    """Reads what was typed.

    Raises:
        Failure: when none or several are given, or a time has no offset.
    """
    if sum((bool(to), bool(label), latest, bool(name))) != 1:
        raise refusal(
            "say exactly one of --to TIME, --to-mark NAME, --backup LABEL, --latest.",
            remedy="for example: invoke restore --to 2026-11-24T03:10:00+01:00",
        )
    return Target(time=moment(to) if to else None, label=label, latest=latest, name=name)


def looked_up(stack: Stack, target: Target) -> Target:
    """The target with its mark, where it names one.

    Raises:
        Failure: when there is no such mark.
    """
    if not target.name:
        return target
    mark = mark_of(stack, target.name)
    return replace(target, mark=mark, time=mark.at)
