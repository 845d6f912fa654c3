"""What a person asks to be restored: a time, a mark, a backup, or the latest."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from backups.mark import Mark, mark_of
from backups.points import library
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
        vault: read S3 as it was at this time (UTC), before somebody deleted or overwrote; None for as it is.
    """

    time: datetime | None = None
    label: str = ""
    latest: bool = False
    name: str = ""
    mark: Mark | None = None
    vault: datetime | None = None

    def __str__(self) -> str:
        """As it is typed."""
        vault = f" --vault-as-of {self.vault.isoformat()}" if self.vault else ""
        return f"{self._point}{vault}"

    @property
    def _point(self) -> str:
        if self.latest:
            return "--latest"
        if self.name:
            return f"--to-mark {self.name}"
        return (
            f"--backup {self.label}" if self.label else f"--to {self.time.isoformat() if self.time else ''}"
        )


def parse_target(to: str, label: str, latest: bool, name: str = "", vault: str = "") -> Target:
    """Reads what was typed.

    Raises:
        Failure: when none or several are given, a time has no offset, or the vault's is still to come.
    """
    if sum((bool(to), bool(label), latest, bool(name))) != 1:
        raise refusal(
            "say exactly one of --to TIME, --to-mark NAME, --backup LABEL, --latest.",
            remedy="for example: invoke restore --to 2026-11-24T03:10:00+01:00",
        )
    as_of = moment(vault) if vault else None
    if as_of and as_of > datetime.now(UTC):
        raise refusal(f"--vault-as-of {vault} is in the future.", remedy="name a time before the attack.")
    return Target(time=moment(to) if to else None, label=label, latest=latest, name=name, vault=as_of)


def looked_up(stack: Stack, target: Target) -> Target:
    """The target with its mark, where it names one.

    Raises:
        Failure: when there is no such mark.
    """
    if not target.name:
        return target
    mark = library.mark_of(stack, target.name) or mark_of(stack, target.name)
    return replace(target, mark=mark, time=mark.at)
