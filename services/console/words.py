"""Figures in words."""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
UNKNOWN = "-"
CODE = re.compile(r"`([^`]+)`")


def duration(seconds: float | None) -> str:
    """With two or three digits that matter: `0.3 ms`, `45 ms`, `1.2 s`, `3 min`, `5.5 h`, `12 d`."""
    if seconds is None:
        return UNKNOWN
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms" if seconds else "0 s"
    for unit, name, end in ((1.0, "s", MINUTE), (MINUTE, "min", HOUR), (HOUR, "h", 2 * DAY)):
        if seconds < end:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / DAY:,.0f} d"


def share(part: float | None) -> str:
    """A part of the whole, in percent."""
    if part is None:
        return UNKNOWN
    return f"{part * 100:.2g} %" if 0 < part < 0.1 else f"{part * 100:.0f} %"  # noqa: PLR2004


def rate(value: float | None) -> str:
    """How often in a second."""
    return UNKNOWN if value is None else f"{value:.3g}/s"


def days(value: float) -> str:
    """How many; what is over is over."""
    return f"{value:.0f} d" if value >= 0 else "over"


def commands(text: str) -> Markup:
    """What stands between backticks as code; everything is escaped."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped just now


def moment(at: datetime) -> str:
    """UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
