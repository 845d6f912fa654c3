"""The page of all drills: how RTO and RPO went, a part for each runbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drills.evidence import REPORT, Evidence
from drills.pages.drawing import Drawing
from drills.pages.drill_page import GLYPHS
from drills.pages.environment import rendered
from drills.pages.trend import Trend, trends
from drills.pages.trend_chart import rpo_chart, rto_chart

SHOWN = 20
"""Drills that a part shows at once; older ones are a click away."""


@dataclass(frozen=True)
class Part:
    """One runbook."""

    trend: Trend
    charts: tuple[Drawing, ...]


def index_page(stack: str, drills: Iterable[Evidence], runbooks: Sequence[str]) -> str:
    """HTML, whole in itself.

    Args:
        stack: its name.
        drills: all of them, in any order.
        runbooks: names of those that are there now.
    """
    parts = [
        Part(trend, (rto_chart(trend, f"rto-{number}"), rpo_chart(trend, f"rpo-{number}")))
        for number, trend in enumerate(trends(drills))
    ]
    drilled = {part.trend.runbook for part in parts}
    return rendered(
        "index.html.j2",
        stack=stack,
        parts=parts,
        never=[name for name in runbooks if name not in drilled],
        glyphs=GLYPHS,
        report=REPORT,
        shown=SHOWN,
    )
