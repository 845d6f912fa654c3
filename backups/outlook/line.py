"""From sizes and their seconds to the seconds of another size: a fixed cost, and bytes by a rate; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

LEAST = 0.1
"""No prediction is surer than a tenth: the same restore twice differs by as much."""
FEW, DOUBT = 3, 1.5
"""With fewer measurements than that, up to so many times as long or as short."""
FAR, STRANGE = 2.0, 2.0
"""A size beyond so many times what was measured may take so many times as long, or be as much faster."""
NOTICEABLE = 1.0
"""Seconds by which two sizes, one far larger, must usually differ to tell a rate from a fixed cost."""


@dataclass(frozen=True)
class Span:
    """Seconds: likely, at least, at most."""

    seconds: float
    low: float
    high: float

    def __add__(self, other: "Span") -> "Span":
        """One after the other."""
        return Span(self.seconds + other.seconds, self.low + other.low, self.high + other.high)


@dataclass(frozen=True)
class Line:
    """Seconds of a size.

    Attributes:
        fixed: seconds of nothing at all.
        rate: seconds a byte.
    """

    fixed: float
    rate: float

    def at(self, size: float) -> float:
        """Seconds of so many bytes."""
        return self.fixed + self.rate * size


@dataclass(frozen=True)
class Size:
    """Bytes: likely, at least, at most."""

    likely: int
    low: int
    high: int


Points = Sequence[tuple[int, float]]
"""Bytes, and the seconds that they took; all above nothing."""


def fitted(points: Points, usual: Line) -> Line:
    """The line through the middle of what was measured.

    Where sizes are far enough apart, the rate is the median of the slopes between two of them (the
    estimator of Theil and Sen): one odd measurement does not move it. Else nothing tells rate and fixed cost
    apart, and this host is taken for so many times as slow as the usual one, in both.

    Args:
        points: one at least.
        usual: what another host took.
    """
    slopes = [
        (later - sooner) / (more - less)
        for (less, sooner), (more, later) in combinations(sorted(points), 2)
        if more >= FAR * less and usual.rate * (more - less) >= NOTICEABLE
    ]
    rate = median(slopes) if slopes else 0.0
    fixed = median(seconds - rate * size for size, seconds in points)
    if rate > 0 and fixed > 0:
        return Line(fixed, rate)
    factor = median(seconds / usual.at(size) for size, seconds in points)
    return Line(factor * usual.fixed, factor * usual.rate)


def foreseen(points: Points, usual: Line, size: Size) -> Span:
    """Seconds of a size, by what was measured; by the usual alone where nothing was."""
    if not points:
        return Span(usual.at(size.likely), usual.at(size.low) / STRANGE, usual.at(size.high) * STRANGE)
    line = fitted(points, usual)
    low, high = _doubt([seconds / line.at(each) for each, seconds in points])
    if not _is_near(points, size):
        low, high = min(low, 1 / STRANGE), max(high, STRANGE)
    return Span(line.at(size.likely), line.at(size.low) * low, line.at(size.high) * high)


def _doubt(shares: Sequence[float]) -> tuple[float, float]:
    """How far below and above the line it may be, from how far the measurements are."""
    low, high = min(*shares, 1 - LEAST), max(*shares, 1 + LEAST)
    return (low, high) if len(shares) >= FEW else (min(low, 1 / DOUBT), max(high, DOUBT))


def _is_near(points: Points, size: Size) -> bool:
    sizes = [each for each, _ in points]
    return min(sizes) / FAR <= size.likely <= max(sizes) * FAR
