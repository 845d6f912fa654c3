"""A snapshot of the cache: what Redis holds at one moment, as its own RDB file."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backups.points.point import CACHE, Part
from infra.parties import parties
from operation.containers import container, execute, required, wait_for
from operation.exec_feed import output_of
from operation.failure import Failure
from operation.stack import Stack

FILE = "/data/dump.rdb"
"""Where Redis writes it: in its own volume, which holds the same content anyway."""
SECONDS = 600
"""For a write of all that Redis may hold (`bem:cache.max_memory`)."""
STREAMS = ("pulses", "pulses:dead")
"""Whose last ids are told: what a restore brings back, and what came later."""


@dataclass(frozen=True)
class Saved:
    """What Redis says of its snapshots.

    Attributes:
        count: how many it has written since it started.
        running: one is being written, or waits for a rewrite of the log to end.
        good: the last one was written.
    """

    count: int
    running: bool
    good: bool


def has_cache(stack: Stack) -> bool:
    """Whether the stack has one."""
    return any(party.role == CACHE for party in parties(stack.settings))


def take(stack: Stack, say: Callable[[str], None]) -> Part:
    """Lets Redis write a snapshot, and gives what is known of it; the file lies in the cache's volume.

    Raises:
        Failure: when no cache runs, or it cannot write (no room, no memory to fork).
    """
    target = container(stack, CACHE)
    before = saved(_asked(target, "INFO", "persistence"))
    at, facts = datetime.now(UTC), streams(target)
    _asked(target, "BGSAVE", "SCHEDULE")
    say("Redis writes")

    def written() -> bool:
        now = saved(_asked(target, "INFO", "persistence"))
        if now.count > before.count:
            return not now.running
        if before.good and not now.good and not now.running:
            raise Failure(
                "the cache could not write a snapshot.",
                "its log is not touched by that; the pulses are where they were.",
                "`invoke logs cache` tells why: mostly no room, or no memory for the copy.",
            )
        return False

    wait_for(written, SECONDS, "the cache's snapshot")
    words = required(execute(target, ["sha256sum", FILE]), "hashing the cache's snapshot").split()
    size = int(required(execute(target, ["stat", "-c", "%s", FILE]), "measuring the cache's snapshot"))
    return Part(CACHE, at, size, words[0], facts)


def pieces(stack: Stack) -> Iterable[bytes]:
    """The snapshot that was taken last, piece by piece."""
    return output_of(container(stack, CACHE), ["cat", FILE], "reading the cache's snapshot")


def drop(stack: Stack) -> None:
    """Removes the file; a missing one is no error."""
    execute(container(stack, CACHE), ["rm", "-f", FILE])


def saved(information: str) -> Saved:
    """What `INFO persistence` says; pure."""
    lines = dict(line.split(":", 1) for line in information.splitlines() if ":" in line)
    return Saved(
        int(lines["rdb_saves"]),
        lines["rdb_bgsave_in_progress"] != "0",
        lines["rdb_last_bgsave_status"] == "ok",
    )


def streams(target: Any) -> dict[str, Any]:
    """Length, last id and entries ever added of each stream that is there."""
    found = {}
    for name in STREAMS:
        output = execute(target, ["ask", "XINFO", "STREAM", name])
        if output.status == 0:  # else there is no such stream yet
            found[name] = stream(json.loads(output.stdout))
    return found


def stream(answer: dict[str, Any]) -> dict[str, Any]:
    """What counts of an answer to `XINFO STREAM`; pure."""
    return {
        "length": answer["length"],
        "last_id": answer["last-generated-id"],
        "added": answer["entries-added"],
    }


def _asked(target: Any, *words: str) -> str:
    return required(execute(target, ["ask", *words]), f"asking the cache for {' '.join(words)}")
