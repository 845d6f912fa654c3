"""Figures as a person reads them."""

from datetime import UTC, datetime

SPACE = "\N{NO-BREAK SPACE}"
"""Between a figure and its unit, so that no line ends there."""

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
"""In place of a figure that there is not."""


def seconds(value: float | None) -> str:
    """`4 ms`, `0.25 s`, `10.4 s`, `2 min 5 s`, `1 h 10 min`; a dash for nothing."""
    if value is None:
        return NOTHING
    if 0 < value < 0.1:  # noqa: PLR2004
        return f"{value * 1000:.0f}{SPACE}ms"
    if value < 120:  # noqa: PLR2004  # below that a person counts in seconds
        return f"{round(value, 2 if value < 1 else 1):g}{SPACE}s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 120:  # noqa: PLR2004
        return f"{minutes}{SPACE}min {rest}{SPACE}s" if rest else f"{minutes}{SPACE}min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{SPACE}h {minutes}{SPACE}min" if minutes else f"{hours}{SPACE}h"


def offset(value: float) -> str:
    """A moment beside another: `+1.5 s`, a minus sign and `20 s`, `0`."""
    if round(value, 1) == 0:
        return "0"
    return f"{'+' if value > 0 else MINUS}{seconds(abs(value) if abs(value) < 1 else round(abs(value), 1))}"


def count(number: int, noun: str) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def moment(at: datetime | None) -> str:
    """UTC to the second; a dash for nothing."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else NOTHING
