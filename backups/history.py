"""Timelines: which one came from which, and where it left it."""

from collections.abc import Mapping
from dataclasses import dataclass

SEGMENT = 16 * 1024 * 1024
"""Bytes of a WAL segment; `initdb` makes no other here."""
SEGMENTS_A_FILE = 0x1_0000_0000 // SEGMENT


@dataclass(frozen=True)
class Fork:
    """One line of a history file.

    Attributes:
        timeline: the ancestor.
        at: the WAL position, as a number, up to which the ancestor counts.
    """

    timeline: int
    at: int


def parse_history(text: str) -> tuple[Fork, ...]:
    """Reads a timeline's history file (PostgreSQL manual, section 26.3.6 «Timelines»)."""
    forks = []
    for line in text.splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            forks.append(Fork(int(words[0]), lsn(words[1])))
    return tuple(forks)


def on_lineage(
    backup_timeline: int, stop_lsn: int, timeline: int, forks: Mapping[int, tuple[Fork, ...]]
) -> bool:
    """Whether a backup can be the start of a recovery along that timeline.

    It can when it was taken on the timeline itself, or on an ancestor before the ancestor was left.
    """
    if backup_timeline == timeline:
        return True
    return any(fork.timeline == backup_timeline and stop_lsn <= fork.at for fork in forks.get(timeline, ()))


def lsn(text: str) -> int:
    """`1/5000028` as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) | int(low, 16)


def timeline_of(segment: str) -> int:
    """The timeline that a segment's name begins with."""
    return int(segment[:8], 16)


def segment_end(segment: str) -> int:
    """The WAL position, as a number, at which a segment ends."""
    return (number_of(segment) + 1) * SEGMENT


def before_fork(segment: str, fork: Fork) -> bool:
    """Whether a segment of the ancestor ended before it was left: only then it is whole."""
    number = number_of(segment)
    return timeline_of(segment) < fork.timeline or (
        timeline_of(segment) == fork.timeline and number < fork.at // SEGMENT
    )


def number_of(segment: str) -> int:
    """The number of a segment: its WAL position divided by its size."""
    return int(segment[8:16], 16) * SEGMENTS_A_FILE + int(segment[16:24], 16)
