"""What an expiry means: which backups go, and which seconds, marks and proofs with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backups.catalog import Catalog
from backups.coverage import repositories_of
from backups.info import Backup
from backups.mark import Mark


@dataclass(frozen=True)
class Effect:
    """On one repository.

    Attributes:
        repository: pgBackRest's number.
        gone: the backups that go, the oldest first.
        kept: those that stay.
        proven: the newest good proof is of this backup, and it goes; empty when it stays, or there is none.
    """

    repository: int
    gone: tuple[Backup, ...]
    kept: tuple[Backup, ...]
    proven: str = ""

    @property
    def since(self) -> datetime | None:
        """The oldest second that can be returned to now; None without a backup."""
        return oldest((*self.gone, *self.kept))

    @property
    def then_since(self) -> datetime | None:
        """The same afterwards."""
        return oldest(self.kept)

    @property
    def freed(self) -> int:
        """Bytes that the backups which go have added; their WAL comes on top."""
        return sum(each.stored_bytes for each in self.gone)


def oldest(backups: Sequence[Backup]) -> datetime | None:
    """The oldest second that these lead to; pure. WAL is kept from the oldest of them on."""
    return min((each.stopped for each in backups if not each.failed), default=None)


def effect(catalog: Catalog, repository: int, labels: Sequence[str], proofs: Mapping[int, str]) -> Effect:
    """On one repository; pure.

    Args:
        catalog: what all of them hold.
        repository: its number.
        labels: of the backups that go.
        proofs: by number of the repository, the backup that was last proven good.
    """
    there = [each for each in catalog.backups if each.repository == repository]
    proven = proofs.get(repository, "")
    return Effect(
        repository,
        tuple(each for each in there if each.label in labels),
        tuple(each for each in there if each.label not in labels),
        proven if proven in labels else "",
    )


def lost_marks(catalog: Catalog, effects: Sequence[Effect], marks: Sequence[Mark]) -> list[str]:
    """Names of the marks that no repository leads to any more; pure."""
    gone = {each for found in effects for each in found.gone}
    left = replace(catalog, backups=tuple(each for each in catalog.backups if each not in gone))
    return [each.name for each in marks if repositories_of(catalog, each) and not repositories_of(left, each)]


def lost_span(effects: Sequence[Effect]) -> tuple[datetime, datetime | None] | None:
    """From which second to which no repository leads back any more; None when that stays as it is; pure.

    Args:
        effects: one for each repository that the stack has.
    """
    now = min((each.since for each in effects if each.since), default=None)
    then = min((each.then_since for each in effects if each.then_since), default=None)
    return (now, then) if now is not None and now != then else None
