"""Durations as runbooks write them."""

import re
from typing import Annotated

from pydantic import BeforeValidator

PATTERN = re.compile(r"([1-9][0-9]{0,5})(s|m|h)")
UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: object) -> float:
    """Seconds of `60s`, `2m` or `1h`.

    Raises:
        ValueError: when it is not one of these.
    """
    match = PATTERN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is no duration: write 60s, 2m or 1h")
    return float(int(match[1]) * UNITS[match[2]])


Duration = Annotated[float, BeforeValidator(seconds)]
"""Seconds, written with their unit."""
