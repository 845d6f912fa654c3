"""The trend of a runbook as data: one point for each of its drills."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drills.evidence import Evidence, State
from drills.verdict import rpo_met, rto_met


@dataclass(frozen=True)
class Point:
    """One drill; durations in seconds.

    Attributes:
        folder: name of its folder.
        rto: None when it was not reached, or not measured.
        rpo: span of what is gone; None when it was not counted.
        rows: acknowledged and gone; None when they were not counted.
        why: first sentence of the verdict.
    """

    folder: str
    at: datetime
    who: str
    state: State
    rto: float | None
    rto_objective: float
    rto_met: bool
    rpo: float | None
    rpo_objective: float
    rpo_met: bool
    rows: int | None
    why: str


@dataclass(frozen=True)
class Trend:
    """All drills of one runbook, the oldest first."""

    runbook: str
    title: str
    points: tuple[Point, ...]

    @property
    def last(self) -> Point:
        """The newest drill."""
        return self.points[-1]


def trends(drills: Iterable[Evidence]) -> list[Trend]:
    """One for each runbook, by name; the title is that of its newest drill."""
    by_runbook: dict[str, list[Evidence]] = {}
    for each in sorted(drills, key=lambda each: (each.journal.started_at, each.folder.name)):
        by_runbook.setdefault(each.journal.runbook, []).append(each)
    return [
        Trend(name, mine[-1].journal.title, tuple(_point(each) for each in mine))
        for name, mine in sorted(by_runbook.items())
    ]


def _point(drill: Evidence) -> Point:
    journal, measured = drill.journal, drill.journal.measured
    lost = measured.loss if measured else None
    return Point(
        folder=drill.folder.name,
        at=journal.started_at,
        who=journal.who,
        state=journal.state,
        rto=measured.recovery.seconds if measured else None,
        rto_objective=journal.rto_objective,
        rto_met=rto_met(journal),
        rpo=lost.seconds if lost else None,
        rpo_objective=journal.rpo_objective,
        rpo_met=rpo_met(journal),
        rows=lost.rows if lost else None,
        why=next(iter(journal.verdict), "").partition("\n")[0],
    )
