"""Which timeline served when: what a wall-clock target means after restores.

After a return to an earlier time, a moment belongs to the timeline that served clients at that moment,
also when it was abandoned later. PostgreSQL's history files say where timelines fork, not when.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from operation.custodian import write_private
from operation.stack import Stack

START = datetime(2000, 1, 1, tzinfo=UTC)
"""«Since ever», for the first timeline."""


@dataclass(frozen=True)
class Reign:
    """The time that one timeline served.

    Attributes:
        timeline: its number.
        since: first moment.
        until: its last commit, or None while it serves.
    """

    timeline: int
    since: datetime
    until: datetime | None = None


def recorded(stack: Stack) -> tuple[Reign, ...]:
    """What `.ops/<stack>/lineage.json` says; empty when it is not there."""
    path = stack.folder / "lineage.json"
    if not path.exists():
        return ()
    return tuple(
        Reign(each["timeline"], datetime.fromisoformat(each["since"]), _time(each["until"]))
        for each in json.loads(path.read_text())
    )


def succeed(stack: Stack, ended: Reign, began: Reign) -> None:
    """Records that one timeline took over from another."""
    earlier = [each for each in recorded(stack) if each.timeline not in {ended.timeline, began.timeline}]
    reigns = sorted([*earlier, ended, began], key=lambda reign: reign.since)
    content = [
        {
            "timeline": each.timeline,
            "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
        }
        for each in reigns
    ]
    write_private(stack.folder / "lineage.json", json.dumps(content, indent=1).encode())


def ended(stack: Stack, timeline: int, until: datetime) -> Reign:
    """The reign of a timeline that ends now, its beginning as recorded."""
    for each in recorded(stack):
        if each.timeline == timeline:
            return Reign(timeline, each.since, until)
    return Reign(timeline, START, until)


def completed(reigns: tuple[Reign, ...], first_backups: dict[int, datetime]) -> tuple[Reign, ...]:
    """Fills what is not recorded (a new host) from the first backup on each timeline.

    A backup follows each cut-over at once, so its start is late by seconds only.

    Args:
        reigns: the record.
        first_backups: timeline to the start of its first backup.
    """
    known = {reign.timeline for reign in reigns}
    lowest = min([*known, *first_backups], default=1)
    added = [
        Reign(timeline, START if timeline == lowest else started)
        for timeline, started in first_backups.items()
        if timeline not in known
    ]
    return tuple(sorted([*reigns, *added], key=lambda reign: (reign.since, reign.timeline)))


def reign_at(reigns: tuple[Reign, ...], moment: datetime) -> Reign | None:
    """The timeline that served at that moment, or the last that had served before it."""
    earlier = [reign for reign in reigns if reign.since <= moment]
    return earlier[-1] if earlier else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
