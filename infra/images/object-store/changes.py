"""The watch: which keys were deleted or overwritten, and what of it looks like pgBackRest's own expiry."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from history import Entry, History
from objects import PREFIX

SHOWN = 5
"""Keys that are named."""

SET = re.compile(rf"{PREFIX}backup/[^/]+/((\d{{8}}-\d{{6}}F)(?:_(\d{{8}}-\d{{6}})[DI])?)/")
"""A file of a backup set; groups: label, its full backup, the time of a dependent one."""

WAL = re.compile(rf"{PREFIX}archive/([^/]+/[^/]+)/(?:[0-9A-F]{{16}}/)?([0-9A-F]{{8}})([0-9A-F]{{16}})?[-.]")
"""A segment or a timeline's history; groups: stanza with archive, timeline, number."""

POINT = re.compile(rf"{PREFIX}points/(point-\d{{8}}-\d{{6}})/")
"""A part of a recovery point, which goes with the backups that need it; group: its name."""

REMOVED = re.compile(rf"{PREFIX}(backup/[^/]+/latest|archive/[^/]+/[^/]+/[0-9A-F]{{16}}/[0-9A-F.]+\.backup)$")
"""What pgBackRest removes as a matter of course: the link to the newest backup, at the end of each, there or
not; and the note of an earlier backup's WAL, which no recovery needs."""

REWRITTEN = re.compile(rf"{PREFIX}backup/[^/]+/(backup\.info(\.copy)?|.*/backup\.manifest\.copy)$")
"""What pgBackRest itself writes again and again."""

BACKUP_INFO = re.compile(rf"{PREFIX}backup/([^/]+)/backup\.info$")
"""What each backup writes last; group: stanza."""

ARCHIVE_INFO = re.compile(rf"{PREFIX}archive/([^/]+)/archive\.info(\.copy)?$")
"""What it writes some times while a stanza is made, and then once with each backup (seen of 2.55.1): the same
in another encryption, so as many bytes; group: stanza."""

TOGETHER = timedelta(seconds=10)
"""Between a backup's `backup.info` and its `archive.info`: milliseconds where the object store is quick."""


@dataclass
class Watch:
    """Everything that changed since a moment, and what is there now to compare it with.

    Attributes:
        since: the moment.
        deleted: the markers on keys that are gone now.
        overwritten: the versions that lie on other content, not as pgBackRest does it.
        routine: how many do so as it does.
    """

    since: datetime
    deleted: list[Entry] = field(default_factory=list)
    overwritten: list[Entry] = field(default_factory=list)
    routine: int = 0
    _saved: dict[str, list[datetime]] = field(default_factory=dict)
    _infos: list[Entry] = field(default_factory=list)
    _sets: dict[str, tuple[str, str]] = field(default_factory=dict)
    _wal: dict[tuple[str, str], str] = field(default_factory=dict)
    _point: str = ""

    def see(self, history: History) -> None:
        """Takes one key into account."""
        newest = history.entries[0]
        if not newest.marker:
            self._remember(newest.key)
        if found := BACKUP_INFO.match(newest.key):
            self._saved[found[1]] = [each.at for each in history.entries if not each.marker]
        if newest.at <= self.since or len(history.entries) == 1:
            return
        if newest.marker:
            self.deleted.append(newest)
            return
        before = _before(history, self.since)
        if before.content == newest.content:
            return
        info = ARCHIVE_INFO.match(newest.key)
        if REWRITTEN.match(newest.key) or (info and history.as_of(self.since) is None):
            self.routine += 1
        elif info and before.size == newest.size:
            self._infos.append(newest)
        else:
            self.overwritten.append(newest)

    def said(self) -> dict[str, Any]:
        """For machines: counts, the first keys that look like no work of pgBackRest's, and the pace."""
        self._judge_infos()
        strange = [each for each in self.deleted if not self.expired(each.key)]
        moments = sorted(each.at for each in (*strange, *self.overwritten))
        return {
            "since": self.since.isoformat(),
            "deleted": len(self.deleted),
            "deleted_like_expiry": len(self.deleted) - len(strange),
            "deleted_otherwise": len(strange),
            "deleted_keys": sorted(each.key for each in strange)[:SHOWN],
            "overwritten": len(self.overwritten) + self.routine,
            "overwritten_by_routine": self.routine,
            "overwritten_otherwise": len(self.overwritten),
            "overwritten_keys": sorted(each.key for each in self.overwritten)[:SHOWN],
            "first_otherwise": moments[0].isoformat() if moments else None,
            "last_otherwise": moments[-1].isoformat() if moments else None,
            "busiest_minute": max(
                Counter(each.at.replace(second=0, microsecond=0) for each in self.deleted).values(), default=0
            ),
        }

    def expired(self, key: str) -> bool:
        """Whether a deletion looks like expiry: of a set or a point with a newer one, or of the oldest WAL.

        It only looks so: who deletes old sets as expiry does cannot be told from it.
        """
        if REMOVED.match(key):
            return True
        if found := SET.match(key):
            label, full, time = found[1], found[2], found[3] or found[2][:-1]
            needed = label in self._sets or (
                label == full and full in {each for each, _ in self._sets.values()}
            )
            return not needed and any(time < newer for _, newer in self._sets.values())
        if found := POINT.match(key):
            return found[1] < self._point
        if found := WAL.match(key):
            return self._before_all(found[1], found[2], found[3] or "")
        return False

    def _judge_infos(self) -> None:
        """A backup writes both: `archive.info` that was written without one is no backup's."""
        for each in self._infos:
            found = ARCHIVE_INFO.match(each.key)
            saved = self._saved.get(found[1], []) if found else []
            if any(abs(each.at - at) < TOGETHER for at in saved):
                self.routine += 1
            else:
                self.overwritten.append(each)
        self._infos.clear()

    def _before_all(self, archive: str, timeline: str, number: str) -> bool:
        kept = {line: oldest for (name, line), oldest in self._wal.items() if name == archive}
        if not kept:
            return False
        return number < kept[timeline] if timeline in kept and number else timeline < min(kept)

    def _remember(self, key: str) -> None:
        if found := SET.match(key):
            self._sets[found[1]] = (found[2], found[3] or found[2][:-1])
        elif found := POINT.match(key):
            self._point = max(self._point, found[1])
        elif (found := WAL.match(key)) and found[3]:
            place = (found[1], found[2])
            self._wal[place] = min(self._wal.get(place, found[3]), found[3])


def _before(history: History, since: datetime) -> Entry:
    """What a reader got at the moment, or what was first written since."""
    versions = [each for each in history.entries if not each.marker]
    return history.as_of(since) or versions[-1]
