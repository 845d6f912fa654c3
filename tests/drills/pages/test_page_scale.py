"""Scales, ticks and words for figures."""

import re

import pytest

from drills.pages.scale import Scale, round_step, ticks, time_step
from drills.pages.words import count, offset, seconds


def test_a_scale_is_straight_and_ends_at_its_edges() -> None:
    """Half-way is half-way, in both directions; what is off the scale stands at its edge."""
    across, down = Scale(-10, 30, 0, 100), Scale(0, 50, 200, 0)
    assert [across.at(value) for value in (-10, 10, 30, -99, 99)] == [0, 50, 100, 0, 100]
    assert [down.at(value) for value in (0, 25, 50)] == [200, 100, 0]
    assert (across.holds(30), across.holds(30.1)) == (True, False)
    assert Scale(5, 5, 0, 100).at(5) == 0


@pytest.mark.parametrize(
    ("span", "most", "step"),
    [(1, 118, 0.5), (59, 118, 0.5), (60, 118, 1), (7200, 118, 120), (1e6, 118, 10_000)],
)
def test_bins_are_of_lengths_that_a_person_counts_in(span: float, most: int, step: float) -> None:
    """The shortest of which few enough fit; beyond hours it goes on in tens."""
    assert time_step(span, most) == step
    assert span / step <= most


@pytest.mark.parametrize(("span", "step"), [(0, 1), (0.9, 0.5), (12.6, 5), (63, 20), (1000, 500)])
def test_round_steps(span: float, step: float) -> None:
    """One, two, five, and their tens and tenths."""
    assert round_step(span, 4) == pytest.approx(step)


def test_ticks_are_multiples_within() -> None:
    """Edges count, also with the errors of floating point."""
    assert ticks(-7.5, 10, 5) == [-5, 0, 5, 10]
    assert ticks(0, 0.3, 0.1) == [0, 0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "\N{EN DASH}"),
        (0, "0 s"), (0.004, "4 ms"), (0.25, "0.25 s"), (0.5, "0.5 s"), (10.44, "10.4 s"),
        (60.0, "60 s"),
        (125, "2 min 5 s"), (180, "3 min"), (7200, "2 h"), (8100, "2 h 15 min"),
    ],
)  # fmt: skip
def test_durations(value: float | None, words: str) -> None:
    """As a person says them, never broken between figure and unit."""
    assert seconds(value).replace("\N{NO-BREAK SPACE}", " ") == words
    assert not re.search(r"[0-9] [a-z]", seconds(value))


def test_offsets_and_counts() -> None:
    """With their sign; one is not many."""
    assert [offset(value).replace("\N{NO-BREAK SPACE}", " ") for value in (0.04, 1.55, -20)] == [
        "0",
        "+1.6 s",
        "\N{MINUS SIGN}20 s",
    ]
    assert [count(number, "row") for number in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]
