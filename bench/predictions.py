"""How far predicted times of restores were off."""

from collections.abc import Iterable

from backups.outlook.rates import Run


def errors(runs: Iterable[Run]) -> tuple[float, ...]:
    """By how many parts in a hundred of the real time each prediction was off, one way or the other."""
    return tuple(100 * abs(each.error) for each in runs if each.error is not None)
