"""Lines through measurements: what they foresee, and how sure they are."""

import pytest

from backups.outlook.line import DOUBT, STRANGE, Line, Size, Span, fitted, foreseen

MEBIBYTE = 1024**2
USUAL = Line(1.0, 1 / (100 * MEBIBYTE))
SLOW = Line(3.0, 1 / (20 * MEBIBYTE))


def size(mebibytes: float) -> Size:
    """So much, and surely so much."""
    exact = round(mebibytes * MEBIBYTE)
    return Size(exact, exact, exact)


def measured(line: Line, *mebibytes: float) -> list[tuple[int, float]]:
    """What such a host takes."""
    return [(round(each * MEBIBYTE), line.at(each * MEBIBYTE)) for each in mebibytes]


def test_sizes_far_apart_give_rate_and_fixed_cost() -> None:
    """Ten times what was ever measured comes out as the host is, and not as the usual one or as the mean."""
    line = fitted(measured(SLOW, 100, 500, 1000), USUAL)
    assert line.fixed == pytest.approx(3.0)
    assert line.at(10_000 * MEBIBYTE) == pytest.approx(503.0)
    mean = sum(seconds for _, seconds in measured(SLOW, 100, 500, 1000)) / 3
    assert mean < 503 / 10


def test_one_odd_measurement_moves_nothing() -> None:
    """A disk that was busy once; the mean of the slopes would follow it."""
    points = measured(SLOW, 100, 300, 500, 700, 1000)
    odd = [*points[:2], (points[2][0], 300.0), *points[3:]]
    assert fitted(odd, USUAL).at(2000 * MEBIBYTE) == pytest.approx(103, rel=0.25)


def test_one_size_is_scaled_from_the_usual_host() -> None:
    """Nothing tells the two apart: the same size is exact, twice as much is less than twice as long."""
    points = [(100 * MEBIBYTE, 4.0), (101 * MEBIBYTE, 4.0), (102 * MEBIBYTE, 4.0)]
    line = fitted(points, USUAL)
    assert line.at(101 * MEBIBYTE) == pytest.approx(4.0, rel=0.01)
    assert 4.0 < line.at(202 * MEBIBYTE) < 8.0


@pytest.mark.parametrize(
    "points",
    [[(100 * MEBIBYTE, 9.0), (900 * MEBIBYTE, 3.0)], [(100 * MEBIBYTE, 1.0), (900 * MEBIBYTE, 80.0)]],
)
def test_a_line_that_cannot_be_is_not_taken(points: list[tuple[int, float]]) -> None:
    """More bytes in less time, or nothing at all in less than no time: then the usual host is scaled."""
    line = fitted(points, USUAL)
    assert line.fixed > 0
    assert line.rate > 0


def test_range_is_wide_with_few_measurements_and_narrow_with_many() -> None:
    """A single one may be off by half; seven that agree leave a tenth."""
    one = foreseen(measured(SLOW, 500), USUAL, size(500))
    many = foreseen(measured(SLOW, *range(400, 1100, 100)), USUAL, size(500))
    assert (one.low, one.high) == pytest.approx((one.seconds / DOUBT, one.seconds * DOUBT))
    assert many.seconds == pytest.approx(28)
    assert (many.low, many.high) == pytest.approx((28 * 0.9, 28 * 1.1))


def test_range_holds_all_that_was_measured() -> None:
    """Runs that differ say how much the next one may."""
    points = [(500 * MEBIBYTE, each) for each in (20.0, 28.0, 28.0, 28.0, 42.0)]
    found = foreseen(points, USUAL, size(500))
    assert found.seconds == pytest.approx(28)
    assert (found.low, found.high) == pytest.approx((20, 42))


def test_size_that_is_far_or_unknown_widens_the_range() -> None:
    """Beyond what was measured, nothing measured, or a size that is itself between two."""
    points = measured(SLOW, 400, 500, 600)
    far, none = foreseen(points, USUAL, size(5000)), foreseen([], USUAL, size(100))
    assert far.high == pytest.approx(far.seconds * STRANGE)
    assert (none.seconds, none.low, none.high) == pytest.approx((2, 1, 4))
    vague = foreseen(points, USUAL, Size(500 * MEBIBYTE, 400 * MEBIBYTE, 600 * MEBIBYTE))
    assert (
        vague.low
        < foreseen(points, USUAL, size(500)).low
        < foreseen(points, USUAL, size(500)).high
        < vague.high
    )


def test_parts_add_up() -> None:
    """Low to low, high to high."""
    assert Span(1, 0.5, 2) + Span(10, 9, 11) == Span(11, 9.5, 13)
