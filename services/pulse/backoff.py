"""How long to wait before the next try: twice as long each time, and never two workers in step."""

FIRST = 0.1
"""Seconds of the first pause."""

LONGEST = 5.0
"""Seconds of the longest; a database that is back is used at the latest so long after."""


def pause(tried: int, draw: float) -> float:
    """Seconds to wait.

    Args:
        tried: how many tries have failed, from 1.
        draw: a random number from 0 to 1; the pause lies between the half and the whole.
    """
    whole = min(LONGEST, FIRST * 2.0 ** min(tried - 1, 16))
    return whole * (0.5 + draw / 2)
