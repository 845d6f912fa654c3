"""A series of measurements of one thing, and how it is told: by its median and its span."""

from dataclasses import dataclass
from statistics import median

DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Series:
    """Measurements of one thing, at least one.

    Attributes:
        values: in the order in which they were taken.
        unit: of each; seconds unless it is said.
    """

    values: tuple[float, ...]
    unit: str = "s"

    def __post_init__(self) -> None:
        """Refuses nothing at all: a median of it does not exist.

        Raises:
            ValueError: when there are no values.
        """
        if not self.values:
            message = "a series needs at least one value"
            raise ValueError(message)

    @property
    def median(self) -> float:
        """The middle one; the mean of both middle ones when their number is even."""
        return median(self.values)

    def __str__(self) -> str:
        """The median, and in brackets the span and how many there are; a single value stands alone."""
        middle = f"{figure(self.median)} {self.unit}"
        if len(self.values) == 1:
            return middle
        low, high = figure(min(self.values)), figure(max(self.values))
        return f"{middle} ({low}{DASH}{high}, n = {len(self.values)})"


def figure(value: float) -> str:
    """Whole numbers as they are; hundredths below ten, else tenths."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"  # noqa: PLR2004  # ten has two digits
