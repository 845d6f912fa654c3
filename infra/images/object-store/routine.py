"""What of the changes looks like pgBackRest's own: expiry, backups, clearing up what was broken off."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from history import Entry, History
from objects import PREFIX

SET = re.compile(rf"{PREFIX}backup/[^/]+/((\d{{8}}-\d{{6}}F)(?:_(\d{{8}}-\d{{6}})[DI])?)/")
"""A file of a backup set; groups: label, its full backup, the time of a dependent one."""

WAL = re.compile(rf"{PREFIX}archive/([^/]+/[^/]+)/(?:[0-9A-F]{{16}}/)?([0-9A-F]{{8}})([0-9A-F]{{16}})?[-.]")
"""A segment or a timeline's history; groups: stanza with archive, timeline, number."""

POINT = re.compile(rf"{PREFIX}points/(point-\d{{8}}-\d{{6}})/")
"""A part of a recovery point, which goes with the backups that need it; group: its name."""

NEEDLESS = re.compile(
    rf"{PREFIX}(backup/[^/]+/latest|archive/[^/]+/[^/]+/[0-9A-F]{{16}}/[0-9A-F.]+\.backup)$"
)
"""What pgBackRest removes as a matter of course: the link to the newest backup, at the end of each, there or
not; and the note of an earlier backup's WAL, which no recovery needs and a second try archives again."""

REWRITTEN = re.compile(rf"{PREFIX}backup/[^/]+/(backup\.info(\.copy)?|.*/backup\.manifest\.copy)$")
"""What pgBackRest itself writes again and again."""

BACKUP_INFO = re.compile(rf"{PREFIX}backup/([^/]+)/backup\.info$")
"""What each backup writes last; group: stanza."""

ARCHIVE_INFO = re.compile(rf"{PREFIX}archive/([^/]+)/archive\.info(\.copy)?$")
"""What it writes some times while a stanza is made, and then once with each backup (seen of 2.55.1): the same
in another encryption, so as many bytes; group: stanza."""

TOGETHER = timedelta(seconds=10)
"""Between a backup's `backup.info` and its `archive.info`: milliseconds where the object store is quick."""

MANIFEST = "/backup.manifest"
"""Written when a set is whole; until then it is no backup, and whoever resumes it clears up in it."""


@dataclass
class Routine:
    """What is there now and when it came, to hold changes against; all keys are seen before any is judged."""

    _sets: dict[str, tuple[str, str]] = field(default_factory=dict)
    _whole: dict[str, datetime] = field(default_factory=dict)
    _saved: dict[str, list[datetime]] = field(default_factory=dict)
    _wal: dict[tuple[str, str], str] = field(default_factory=dict)
    _point: str = ""

    def see(self, history: History) -> None:
        """Takes one key into account."""
        key, written = history.key, [each.at for each in history.entries if not each.marker]
        if history.current is not None:
            self._remember(key)
        if written and (found := BACKUP_INFO.match(key)):
            self._saved[found[1]] = written
        if written and key.endswith(MANIFEST) and (found := SET.match(key)):
            self._whole[found[1]] = min(written)

    def deletes(self, marker: Entry) -> bool:
        """Whether a deletion looks like expiry: of a set or a point with a newer one, or of the oldest WAL.

        It only looks so: who deletes old sets as expiry does cannot be told from it.
        """
        key = marker.key
        if NEEDLESS.match(key):
            return True
        if found := SET.match(key):
            return self._unfinished(found[1], marker.at) or self._old(found[1], found[2], found[3] or "")
        if found := POINT.match(key):
            return found[1] < self._point
        if found := WAL.match(key):
            return self._before_all(found[1], found[2], found[3] or "")
        return False

    def rewrites(self, newest: Entry, before: Entry, *, made: bool) -> bool:
        """Whether other content looks like pgBackRest's.

        Args:
            newest: what a reader gets now.
            before: what one got at the moment from which on changes count, or the first since.
            made: the key came only after that moment.
        """
        if REWRITTEN.match(newest.key) or NEEDLESS.match(newest.key):
            return True
        if found := SET.match(newest.key):
            return self._unfinished(found[1], newest.at)
        if found := ARCHIVE_INFO.match(newest.key):
            saved = self._saved.get(found[1], [])
            return made or (
                newest.size == before.size and any(abs(newest.at - at) < TOGETHER for at in saved)
            )
        return False

    def _unfinished(self, label: str, at: datetime) -> bool:
        """Whether the set was no backup yet at that time, or never became one."""
        return label not in self._whole or at < self._whole[label]

    def _old(self, label: str, full: str, time: str) -> bool:
        needed = label in self._sets or (label == full and full in {each for each, _ in self._sets.values()})
        return not needed and any((time or full[:-1]) < newer for _, newer in self._sets.values())

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
