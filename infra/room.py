"""Room on the database's disk, and the WAL that waits there until it is archived."""

from dataclasses import dataclass

from operation.containers import container, execute, required
from operation.stack import Stack

SEGMENT_BYTES = 16 * 1024**2
GIBIBYTE = 1024**3
MOST_WAITING = 100
"""Segments: eight minutes of a database that is written to, with an `archive_timeout` of 5 s."""
LEAST_FREE = 0.1
"""Share of the disk below which a burst of writes, or a restore beside the running database, may fill it."""

ASK = """
find /cluster/pgdata/pg_wal/archive_status -name '*.ready' | wc -l
find /cluster/borrowed -type f -not -name '.*' 2>/dev/null | wc -l
df --output=avail,size -B1 /cluster | tail -n 1
"""


@dataclass(frozen=True)
class Room:
    """How full it is.

    Attributes:
        waiting: segments that no archive has yet.
        borrowed: segments from before the last restore that a repository lacks still.
        free: bytes.
        size: bytes of the whole disk.
    """

    waiting: int
    borrowed: int
    free: int
    size: int

    @property
    def faults(self) -> list[str]:
        """What is wrong, with what to do."""
        found = []
        if self.waiting > MOST_WAITING:
            held = f"{self.waiting * SEGMENT_BYTES / GIBIBYTE:.1f} GiB"
            found.append(
                f"{self.waiting} WAL segments ({held}) wait for archiving and stay on the disk meanwhile: "
                "bring the repository that does not answer back, or make room."
            )
        if self.borrowed:
            found.append(
                f"{self.borrowed} WAL segments from before the last restore are not in every repository yet: "
                "the database archives them as soon as both answer."
            )
        if self.free < self.size * LEAST_FREE:
            found.append(
                f"the database's disk has {self.free / GIBIBYTE:.1f} GiB left: make room, or let an old "
                "volume go with `invoke restore.forget`."
            )
        return found


def room(stack: Stack) -> Room:
    """Asks in the database's container.

    Raises:
        Failure: when it does not run or cannot tell.
    """
    output = execute(container(stack, "database"), ["sh", "-c", ASK])
    return parsed(required(output, "looking for room on the database's disk"))


def parsed(words: str) -> Room:
    """Reads the four numbers."""
    waiting, borrowed, free, size = (int(word) for word in words.split())
    return Room(waiting, borrowed, free, size)
