"""The trend as drawings: measured seconds of each drill, and the objective that it was held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drills.pages.drawing import Drawing, Label, Line, Mark
from drills.pages.scale import Scale, round_step, ticks
from drills.pages.trend import Point, Trend
from drills.pages.words import count, moment, seconds

TOP, BOTTOM, HEIGHT = 38, 198, 226
ABSENT = 18
"""Where drills without a figure are marked: above all figures."""

LEFT, RIGHT = 16.0, 97.0
"""Percent; left of it stand the figures of the scale."""

MOST_TICKS = 4
ROOMY = 60
"""Drills beyond which marks are drawn smaller."""


@dataclass(frozen=True)
class Figure:
    """What one drill gives to one chart."""

    point: Point
    value: float | None
    objective: float
    met: bool


def rto_chart(trend: Trend, name: str) -> Drawing:
    """RTO over all drills."""
    figures = [Figure(point, point.rto, point.rto_objective, point.rto_met) for point in trend.points]
    return _chart(name, "RTO", figures)


def rpo_chart(trend: Trend, name: str) -> Drawing:
    """RPO, in seconds, over all drills."""
    figures = [Figure(point, point.rpo, point.rpo_objective, point.rpo_met) for point in trend.points]
    return _chart(name, "RPO", figures)


def _chart(name: str, word: str, figures: Sequence[Figure]) -> Drawing:
    """The oldest drill is at the left; drills stand at equal distances, whatever time lay between them."""
    across = Scale(0, max(len(figures) - 1, 1), LEFT, RIGHT)
    highest = max([figure.objective for figure in figures] + [figure.value or 0.0 for figure in figures])
    down = Scale(0, highest * 1.05, BOTTOM, TOP)
    grid, words = _grid(down)
    marks = tuple(_mark(word, figure, across.at(number), down) for number, figure in enumerate(figures))
    lines = (*grid, *_objective(figures, across, down), *_way(figures, across, down))
    labels = (*words, *_ends(figures, across, down))
    return Drawing(
        name,
        f"{word} of each drill",
        _described(word, figures),
        HEIGHT,
        lines=lines,
        labels=labels,
        marks=marks,
        dense=len(figures) > ROOMY,
    )


def _grid(down: Scale) -> tuple[list[Line], list[Label]]:
    values = ticks(0, down.high, round_step(down.high, MOST_TICKS))
    lines = [
        Line(LEFT - 2, down.at(value), 100, down.at(value), "grid" if value else "axis") for value in values
    ]
    return lines, [Label(LEFT - 3.5, down.at(value) + 4, seconds(value), "end") for value in values]


def _objective(figures: Sequence[Figure], across: Scale, down: Scale) -> Iterator[Line]:
    """A step for each change of the objective; each drill is held against its own."""
    start, before = LEFT - 2, figures[0].objective
    for number, figure in enumerate(figures):
        if figure.objective == before:
            continue
        x = round((across.at(number - 1) + across.at(number)) / 2, 3)
        yield Line(start, down.at(before), x, down.at(before), "mark-objective")
        yield Line(x, down.at(before), x, down.at(figure.objective), "mark-objective")
        start, before = x, figure.objective
    yield Line(start, down.at(before), 100, down.at(before), "mark-objective")


def _way(figures: Sequence[Figure], across: Scale, down: Scale) -> Iterator[Line]:
    """From figure to figure; a drill without one breaks the line."""
    for number, (one, other) in enumerate(pairwise(figures)):
        if one.value is not None and other.value is not None:
            x1, x2 = across.at(number), across.at(number + 1)
            yield Line(x1, down.at(one.value), x2, down.at(other.value), "way")


def _mark(word: str, figure: Figure, x: float, down: Scale) -> Mark:
    when, aim = moment(figure.point.at), seconds(figure.objective)
    if figure.value is None:
        return Mark(x, ABSENT, "absent", f"{when}: {figure.point.state}, no {word}")
    said = f"{when}: {word} {seconds(round(figure.value, 2))}, objective {aim}"
    return Mark(x, down.at(figure.value), "met" if figure.met else "missed", said)


def _ends(figures: Sequence[Figure], across: Scale, down: Scale) -> Iterator[Label]:
    """The first and the last day, and what the dashed line is."""
    first, last = figures[0], figures[-1]
    y = down.at(last.objective)
    above = y - 6 if y - 6 > TOP - 8 else y + 14
    yield Label(100, above, f"objective {seconds(last.objective)}", "end", "mark-objective")
    yield Label(across.at(0), HEIGHT - 10, f"{first.point.at:%Y-%m-%d}", "start")
    if len(figures) > 1:
        yield Label(100, HEIGHT - 10, f"{last.point.at:%Y-%m-%d}", "end")
    if any(figure.value is None for figure in figures):
        yield Label(LEFT - 3.5, ABSENT + 4, "none", "end")


def _described(word: str, figures: Sequence[Figure]) -> str:
    values = [figure.value for figure in figures if figure.value is not None]
    drills = count(len(figures), "drill")
    if not values:
        return f"{drills}, none with an {word}."
    met = sum(figure.met for figure in figures)
    least, most = seconds(round(min(values), 2)), seconds(round(max(values), 2))
    return f"{drills}, {len(values)} with an {word}, from {least} to {most}; {met} met the objective."
