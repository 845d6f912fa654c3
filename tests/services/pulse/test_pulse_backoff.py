import pytest

from services.pulse.backoff import FIRST, LONGEST, pause


@pytest.mark.parametrize(("tried", "whole"), [(1, FIRST), (2, 2 * FIRST), (4, 8 * FIRST), (10_000, LONGEST)])
def test_pauses_double_up_to_the_longest(tried: int, whole: float) -> None:
    """A draw moves each between its half and its whole."""
    assert pause(tried, 0) == whole / 2
    assert pause(tried, 1) == whole
    assert whole / 2 < pause(tried, 0.5) < whole
