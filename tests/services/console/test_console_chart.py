"""Curves: their scale, their gaps, and their words."""

import pytest

from services.console.chart import Span, chart, scale
from services.console.prometheus import Series
from services.console.words import days, duration, rate, share

SPAN = Span(1000.0, 2000.0, 10.0, "1 hour ago")


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0.0, [0.0, 1.0]),
        (-3.0, [0.0, 1.0]),
        (1.0, [0.0, 0.5, 1.0]),
        (0.037, [0.0, 0.01, 0.02, 0.03, 0.04]),
        (90.0, [0.0, 50.0, 100.0]),
        (4000.0, [0.0, 1000.0, 2000.0, 3000.0, 4000.0]),
    ],
)
def test_scales_are_round_and_hold_the_highest(highest: float, ticks: list[float]) -> None:
    """Five values at most, from 0."""
    assert scale(highest) == ticks
    assert scale(highest)[-1] >= highest


def drawn(*points: tuple[float, float]) -> str:
    """The path of one curve."""
    return chart("c", "Requests", [("api", Series({}, points))], SPAN, rate).curves[0].path


def test_points_stand_where_they_belong() -> None:
    """Left is the start, right is now, the highest value is at the top."""
    assert drawn((1000.0, 0.0), (1010.0, 1.0), (1020.0, 0.5)) == "M0.0 100.00h.1L10.0 0.00L20.0 50.00"


def test_a_gap_breaks_the_curve() -> None:
    """What nobody has seen is not made up by a line; a lone value is a dot."""
    assert drawn((1000.0, 1.0), (1100.0, 1.0)) == "M0.0 0.00h.1M100.0 0.00h.1"


def test_words_say_what_curves_show() -> None:
    """Those who do not see it get the figures; a series without values is left out."""
    series = [("api", Series({}, ((1000.0, 2.0), (1500.0, 4.0)))), ("realtime", Series({}, ()))]
    made = chart("rate", "Requests", series, SPAN, rate)
    assert made.description == "Requests, 1 hour ago until now. api: from 2/s to 4/s, now 4/s."
    assert [(curve.name, curve.kind, curve.last) for curve in made.curves] == [("api", 0, "4/s")]
    empty = chart("rate", "Requests", [], SPAN, rate)
    assert (empty.curves, empty.description) == ((), "Requests, 1 hour ago until now. Nothing is known.")


def test_curves_differ_by_more_than_colour() -> None:
    """The fifth is drawn as the first."""
    series = [(str(number), Series({}, ((1000.0, 1.0),))) for number in range(5)]
    assert [curve.kind for curve in chart("c", "t", series, SPAN, rate).curves] == [0, 1, 2, 3, 0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0, "0 s"),
        (0.0123, "12.3 ms"),
        (1.234, "1.23 s"),
        (59.9, "59.9 s"),
        (90, "1.5 min"),
        (5400, "1.5 h"),
        (100_000, "27.8 h"),
        (5_184_000, "60 d"),
    ],
)
def test_durations_are_short(seconds: float | None, text: str) -> None:
    """Three digits at most, in the unit that a person would use."""
    assert duration(seconds) == text


def test_shares_days_and_rates_are_short() -> None:
    """A little is not nothing."""
    assert [share(part) for part in (None, 0.0, 0.00012, 0.021, 0.5, 1.0)] == [
        *("-", "0 %", "0.012 %", "2.1 %", "50 %", "100 %")
    ]
    assert [days(89.6), days(-1)] == ["90 d", "over"]
    assert [rate(None), rate(1234.5)] == ["-", "1.23e+03/s"]
