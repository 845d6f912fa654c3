"""Whether archived WAL is whole from a backup to where a recovery is to end; only the listing is read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from backups.history import SEGMENT, SEGMENTS_A_FILE, Fork, number_of, timeline_of
from operation.containers import execute
from operation.failure import Failure

Run = tuple[int, int]
ARCHIVED_AT_ONCE = 16
"""`process-max` of archive-push in the image's pgbackrest.conf."""

MOST = 4096
"""Segments that are named: 64 GiB of WAL. Who lacks more lacks everything."""


@dataclass(frozen=True)
class Archived:
    """The segments of one repository.

    Attributes:
        runs: by timeline, first and last number of each run of consecutive segments, in order. A segment's
            number is its WAL position divided by its size.
        histories: timelines whose history file is there.
    """

    runs: Mapping[int, tuple[Run, ...]]
    histories: frozenset[int] = frozenset()

    def newest(self, timeline: int) -> int | None:
        """The highest number on a timeline; None when it has none."""
        return self.runs[timeline][-1][1] if self.runs.get(timeline) else None

    def has(self, segment: str) -> bool:
        """Whether a segment is there, by its name."""
        number = number_of(segment)
        return any(first <= number <= last for first, last in self.runs.get(timeline_of(segment), ()))

    @property
    def without_history(self) -> tuple[int, ...]:
        """Timelines that nobody can find the way to; the first has no history."""
        return tuple(sorted(each for each in self.runs if each > 1 and each not in self.histories))


@dataclass(frozen=True)
class Torn:
    """A repository whose newest WAL has holes.

    Attributes:
        segments: how many are lacking.
        first: name of the oldest.
    """

    segments: int
    first: str


@dataclass(frozen=True)
class Span:
    """The segments that a recovery reads from one timeline: numbers `first` to `last`."""

    timeline: int
    first: int
    last: int


def read(target: Any, stanza: str, repository: int, archive: str) -> Archived:
    """Lists a repository's segments, in that container.

    Raises:
        Failure: when the repository cannot be listed.
    """
    output = execute(target, ["wal-runs", stanza, str(repository), archive])
    if output.status != 0:
        raise Failure(f"its WAL cannot be listed: {(output.stderr or output.stdout).strip()[-300:]}")
    return parse(output.stdout)


def torn(target: Any, stanza: str, begins: Mapping[int, int]) -> dict[int, Torn]:
    """Repositories whose newest WAL has holes, in that container; one that cannot be listed is left out.

    What is missing among the newest `ARCHIVED_AT_ONCE` segments may be on its way.

    Args:
        target: the container.
        stanza: whose.
        begins: by repository, the WAL position at which its newest backup begins: nobody needs what is older.
    """
    found = {}
    for number, begin in begins.items():
        output = execute(target, ["wal-runs", stanza, str(number), "newest", "2"])
        if output.status == 0 and (holes_of := _torn(parse(output.stdout), begin // SEGMENT)):
            found[number] = holes_of
    return found


def _torn(archived: Archived, begin: int) -> Torn | None:
    timeline = max(archived.runs, default=0)
    runs = archived.runs.get(timeline, ())
    if not runs:
        return None
    open_ = holes(runs, max(runs[0][0], begin), runs[-1][1] - ARCHIVED_AT_ONCE)
    count = sum(last - first + 1 for first, last in open_)
    return Torn(count, name_of(timeline, open_[0][0])) if open_ else None


def parse(text: str) -> Archived:
    """Reads what `wal-runs` printed."""
    content = json.loads(text)
    runs = {
        int(timeline): tuple((first, last) for first, last in found)
        for timeline, found in content["runs"].items()
    }
    return Archived(runs, frozenset(content["histories"]))


def spans(timeline: int, forks: Sequence[Fork], first: int, last: int) -> list[Span]:
    """The way of a recovery along a timeline and its ancestors, from one segment to another.

    From the segment in which an ancestor was left, its successor's own counts: that one begins with a copy.

    Args:
        timeline: the one that is followed.
        forks: where each of its ancestors was left, the oldest first.
        first: number of the first segment that is needed.
        last: of the last one.
    """
    found, begins = [], 0
    for fork in forks:
        found.append(Span(fork.timeline, max(begins, first), min(fork.at // SEGMENT - 1, last)))
        begins = fork.at // SEGMENT
    found.append(Span(timeline, max(begins, first), last))
    return [each for each in found if each.first <= each.last]


def missing(archived: Archived, way: Sequence[Span]) -> list[str]:
    """Names of the segments on that way that a repository does not have: the oldest first, `MOST` of them."""
    found = (
        name_of(span.timeline, number)
        for span in way
        for low, high in holes(archived.runs.get(span.timeline, ()), span.first, span.last)
        for number in range(low, high + 1)
    )
    return list(islice(found, MOST))


def holes(runs: Sequence[Run], first: int, last: int) -> list[Run]:
    """What those runs leave open between two numbers, both included."""
    found, wanted = [], first
    for low, high in runs:
        if high < wanted:
            continue
        if low > last:
            break
        if low > wanted:
            found.append((wanted, low - 1))
        wanted = high + 1
    return [*found, (wanted, last)] if wanted <= last else found


def name_of(timeline: int, number: int) -> str:
    """The file name of a segment."""
    return f"{timeline:08X}{number // SEGMENTS_A_FILE:08X}{number % SEGMENTS_A_FILE:08X}"
