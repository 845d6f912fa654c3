"""Curves as SVG: where each point stands, and which values are written beside them.

Curves are drawn in a box of 1000 by 100 that is stretched to whatever room the page has; words are not in it,
so they keep their size.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.console.prometheus import Series

WIDTH, HEIGHT = 1000.0, 100.0
MOST_TICKS = 4
GAP = 2.5
"""Steps without a value after which a curve is broken."""

KINDS = 4
"""Ways to draw a curve that nobody needs to tell by colour: whole, dashed, dotted, both."""


@dataclass(frozen=True)
class Curve:
    """One series; `path` is SVG's, `last` the newest value in words."""

    name: str
    kind: int
    path: str
    last: str


@dataclass(frozen=True)
class Tick:
    """A value of the scale; `y` is from 0 (top) to 100."""

    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A whole picture.

    Attributes:
        name: unique on its page.
        title: what it shows.
        description: the same as a sentence with figures, for those who do not see it.
        curves: empty when there is nothing to show.
        ticks: of the scale at the left.
        start: the time at the left end, in words; the right end is now.
    """

    name: str
    title: str
    description: str
    curves: tuple[Curve, ...]
    ticks: tuple[Tick, ...]
    start: str


@dataclass(frozen=True)
class Span:
    """The time that a chart shows, in seconds since 1970, and how it is called."""

    start: float
    end: float
    step: float
    words: str


def chart(
    name: str, title: str, series: Sequence[tuple[str, Series]], span: Span, say: Callable[[float], str]
) -> Chart:
    """Draws series with a common scale that begins at 0.

    Args:
        name: unique on its page.
        title: what it shows.
        series: each with its name.
        span: the time across.
        say: a value in words.
    """
    values = [value for _, each in series for _, value in each.points]
    ticks = scale(max(values, default=0.0))
    top = ticks[-1]
    curves = tuple(
        Curve(label, number % KINDS, _path(each, span, top), say(each.points[-1][1]))
        for number, (label, each) in enumerate(series)
        if each.points
    )
    marks = tuple(Tick(round(HEIGHT - value / top * HEIGHT, 2), say(value)) for value in ticks)
    words = _described(title, series, span, say)
    return Chart(name, title, words, curves, marks, span.words)


def scale(highest: float) -> list[float]:
    """From 0 to the highest value or a little more, in steps of 1, 2 or 5 times a power of ten."""
    if highest <= 0:
        return [0.0, 1.0]
    least = highest / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))
    count = math.ceil(highest / step - 1e-9)
    return [round(number * step, 12) for number in range(count + 1)]


def _path(series: Series, span: Span, top: float) -> str:
    """Lines from value to value; where some are missing the curve is broken, a lone one is a dot."""
    parts: list[str] = []
    before: float | None = None
    for at, value in series.points:
        x = (at - span.start) / (span.end - span.start) * WIDTH
        y = HEIGHT - value / top * HEIGHT
        whole = before is not None and at - before <= GAP * span.step
        parts.append(f"{'L' if whole else 'M'}{x:.1f} {y:.2f}{'' if whole else 'h.1'}")
        before = at
    return "".join(parts)


def _described(
    title: str, series: Sequence[tuple[str, Series]], span: Span, say: Callable[[float], str]
) -> str:
    said = [_range(name, [value for _, value in each.points], say) for name, each in series if each.points]
    return f"{title}, {span.words} until now. " + ("; ".join(said) or "Nothing is known") + "."


def _range(name: str, values: Sequence[float], say: Callable[[float], str]) -> str:
    return f"{name}: from {say(min(values))} to {say(max(values))}, now {say(values[-1])}"
