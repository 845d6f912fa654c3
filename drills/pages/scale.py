"""Scales and ticks: where a value stands on a drawing, and which values are written beside it."""

import math
from dataclasses import dataclass

TIME_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""Seconds that a person counts in."""


@dataclass(frozen=True)
class Scale:
    """A straight scale.

    Attributes:
        low: the value at `start`.
        high: the value at `end`; what is the same as `low` is taken as one more.
        start: position of `low`, in percent or pixels.
        end: position of `high`.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Position of a value; what is off the scale stands at its edge."""
        span = (self.high - self.low) or 1.0
        share = min(max((value - self.low) / span, 0.0), 1.0)
        return round(self.start + share * (self.end - self.start), 3)

    def holds(self, value: float) -> bool:
        """Whether the value is on the scale."""
        return self.low <= value <= self.high


def time_step(span: float, most: int) -> float:
    """The shortest step, in seconds, of which at most `most` fit into the span."""
    least = span / most
    return next((step for step in TIME_STEPS if step >= least), None) or round_step(span, most)


def round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10, 20, … (or 0.1, 0.2, …) of which at most `most` fit into the span."""
    least = span / most
    if least <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor >= least)


def ticks(low: float, high: float, step: float) -> list[float]:
    """Multiples of the step between two values."""
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 6) for number in range(first, last + 1)]
