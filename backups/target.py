"""What a person asks to be restored: a time, a backup, or the latest."""

from dataclasses import dataclass
from datetime import datetime

from operation.failure import refusal
from operation.moment import moment


@dataclass(frozen=True)
class Target:
    """What a person asked for; exactly one of the three.

    Attributes:
        time: in UTC.
        label: a backup's label.
        latest: everything there is.
    """

    time: datetime | None = None
    label: str = ""
    latest: bool = False

    def __str__(self) -> str:
        """As it is typed."""
        if self.latest:
            return "--latest"
        return (
            f"--backup {self.label}" if self.label else f"--to {self.time.isoformat() if self.time else ''}"
        )


def parse_target(to: str, label: str, latest: bool) -> Target:
    """Reads what was typed.

    Raises:
        Failure: when none or several are given, or a time has no offset.
    """
    if sum((bool(to), bool(label), latest)) != 1:
        raise refusal(
            "say exactly one of --to TIME, --backup LABEL, --latest.",
            remedy="for example: invoke restore --to 2026-11-24T03:10:00+01:00",
        )
    return Target(time=moment(to) if to else None, label=label, latest=latest)
