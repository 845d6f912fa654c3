"""The watch: which keys were deleted or overwritten, and what of it looks like pgBackRest's own work."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from history import Entry, History
from routine import Routine

SHOWN = 5
"""Keys that are named."""


@dataclass(frozen=True)
class Rewriting:
    """A key with other content than before.

    Attributes:
        newest: what a reader gets now.
        before: what one got at the moment of the watch, or the first since.
        made: the key came only after that moment.
    """

    newest: Entry
    before: Entry
    made: bool


@dataclass
class Watch:
    """Everything that changed since a moment, and what is there now to compare it with.

    Attributes:
        since: the moment.
        deleted: the markers on keys that are gone now.
        overwritten: the versions that lie on other content.
        routine: what pgBackRest does of itself.
    """

    since: datetime
    deleted: list[Entry] = field(default_factory=list)
    overwritten: list[Rewriting] = field(default_factory=list)
    routine: Routine = field(default_factory=Routine)

    def see(self, history: History) -> None:
        """Takes one key into account."""
        self.routine.see(history)
        newest, before = history.entries[0], history.as_of(self.since)
        if newest.at <= self.since or len(history.entries) == 1:
            return
        if newest.marker:
            self.deleted.append(newest)
            return
        first = [each for each in history.entries if not each.marker][-1]
        change = Rewriting(newest, before or first, made=before is None)
        if change.before.content != newest.content:
            self.overwritten.append(change)

    def said(self) -> dict[str, Any]:
        """For machines: counts, the first keys that look like no work of pgBackRest's, and the pace."""
        gone = [each for each in self.deleted if not self.routine.deletes(each)]
        other = [
            each.newest
            for each in self.overwritten
            if not self.routine.rewrites(each.newest, each.before, made=each.made)
        ]
        moments = sorted(each.at for each in (*gone, *other))
        return {
            "since": self.since.isoformat(),
            "deleted": len(self.deleted),
            "deleted_like_expiry": len(self.deleted) - len(gone),
            "deleted_otherwise": len(gone),
            "deleted_keys": sorted(each.key for each in gone)[:SHOWN],
            "overwritten": len(self.overwritten),
            "overwritten_by_routine": len(self.overwritten) - len(other),
            "overwritten_otherwise": len(other),
            "overwritten_keys": sorted(each.key for each in other)[:SHOWN],
            "first_otherwise": moments[0].isoformat() if moments else None,
            "last_otherwise": moments[-1].isoformat() if moments else None,
            "busiest_minute": max(
                Counter(each.at.replace(second=0, microsecond=0) for each in self.deleted).values(), default=0
            ),
        }
