"""Which timeline served when, and which numbers were given: what a wall-clock target means after restores.

After a return to an earlier time, a moment belongs to the timeline that served clients at that moment,
also when it was abandoned later. PostgreSQL's history files say where timelines fork, not when. Where
nothing is recorded (a new host), the WAL of each timeline says until when it served.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack

START = datetime(2000, 1, 1, tzinfo=UTC)
"""«Since ever», for the first timeline."""


@dataclass(frozen=True)
class Reign:
    """The time that one timeline served.

    Attributes:
        timeline: its number.
        since: first moment.
        until: the last second that is known to be in it; None while it serves, and when nobody could ask.
    """

    timeline: int
    since: datetime
    until: datetime | None = None


def recorded(stack: Stack) -> tuple[Reign, ...]:
    """The reigns that are recorded, the oldest first; empty when none are."""
    return parse_reigns(_content(stack)["reigns"])


def succeed(stack: Stack, ended: Reign | None, began: Reign) -> None:
    """Records that one timeline took over from another; once more changes nothing."""
    known = {each.timeline: each for each in recorded(stack)}
    if ended is not None:
        since = known[ended.timeline].since if ended.timeline in known else ended.since
        known[ended.timeline] = Reign(ended.timeline, since, ended.until)
    known[began.timeline] = began
    reigns = sorted(known.values(), key=lambda reign: (reign.since, reign.timeline))
    given = max(_content(stack)["given"], began.timeline)
    _write(stack, given, reigns)


def give(stack: Stack, known: Iterable[int]) -> int:
    """A timeline's number that was never given, written down before anybody uses it.

    Args:
        stack: whose database is to be promoted.
        known: numbers that repositories and servers know.
    """
    content = _content(stack)
    number = int(max(content["given"], *known, *(each.timeline for each in recorded(stack)), 1)) + 1
    _write(stack, number, recorded(stack))
    return number


def parse_reigns(content: list[dict[str, Any]]) -> tuple[Reign, ...]:
    """Reads what `as_content` wrote."""
    return tuple(
        Reign(each["timeline"], datetime.fromisoformat(each["since"]), _time(each["until"]))
        for each in content
    )


def as_content(reigns: Iterable[Reign]) -> list[dict[str, Any]]:
    """Reigns as JSON."""
    return [
        {
            "timeline": each.timeline,
            "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
        }
        for each in reigns
    ]


def _content(stack: Stack) -> dict[str, Any]:
    path = stack.folder / "lineage.json"
    if not path.exists():
        return {"given": 1, "reigns": []}
    try:
        content = json.loads(path.read_text())
        return {"given": int(content["given"]), "reigns": list(content["reigns"])}
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(
            f"{path} cannot be understood ({error}).",
            "which timeline served when is not known from it.",
            "bring it back from its copy, or move it away: the repositories tell nearly as much.",
        ) from error


def _write(stack: Stack, given: int, reigns: Iterable[Reign]) -> None:
    content = {"given": given, "reigns": as_content(reigns)}
    write_private(stack.make_folder() / "lineage.json", json.dumps(content, indent=1).encode())


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
