"""Timelines: which one came from which, and where it left it."""

from dataclasses import dataclass


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
    backup_timeline: int, stop_lsn: int, timeline: int, forks: dict[int, tuple[Fork, ...]]
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
