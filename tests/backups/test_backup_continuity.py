"""Holes in archived WAL: found on the way of a recovery, and nowhere else."""

import random

import pytest

from backups.continuity import MOST, Archived, Span, Torn, holes, missing, name_of, parse, spans, torn
from backups.history import SEGMENT, Fork, timeline_of
from tests.backups.scene import Container


def test_a_listing_is_read() -> None:
    """Runs and histories; a timeline without its history is named, the first needs none."""
    found = parse('{"runs": {"1": [[1, 57], [59, 80]], "2": [[80, 81]], "3": []}, "histories": [3]}')
    assert found.newest(1) == 80
    assert found.newest(3) is None
    assert found.newest(9) is None
    assert found.without_history == (2,)


@pytest.mark.parametrize(
    ("runs", "first", "last", "open_"),
    [
        ([(1, 9)], 2, 8, []),
        ([(1, 4), (6, 9)], 1, 9, [(5, 5)]),
        ([(1, 4), (6, 9)], 6, 9, []),
        ([(1, 4), (6, 9)], 1, 4, []),
        ([(3, 4)], 1, 9, [(1, 2), (5, 9)]),
        ([], 1, 2, [(1, 2)]),
        ([(1, 1), (3, 3), (5, 5)], 2, 4, [(2, 2), (4, 4)]),
    ],
)
def test_what_is_left_open(
    runs: list[tuple[int, int]], first: int, last: int, open_: list[tuple[int, int]]
) -> None:
    """Between two numbers, both included."""
    assert holes(runs, first, last) == open_


def test_as_counted_one_by_one() -> None:
    """Against the plain way, with numbers drawn anew each time."""
    draw = random.Random()  # noqa: S311
    for _ in range(200):
        there = {number for number in range(40) if draw.random() < 0.7}
        runs = [(number, number) for number in sorted(there)]
        found = {each for low, high in holes(runs, 5, 30) for each in range(low, high + 1)}
        assert found == set(range(5, 31)) - there


def test_the_way_along_timelines() -> None:
    """An ancestor's segments count up to the one in which it was left, which the successor has itself."""
    forks = (Fork(1, 10 * SEGMENT + 5), Fork(2, 20 * SEGMENT + 5))
    assert spans(3, forks, 4, 25) == [Span(1, 4, 9), Span(2, 10, 19), Span(3, 20, 25)]
    assert spans(3, forks, 12, 15) == [Span(2, 12, 15)]
    assert spans(1, (), 4, 25) == [Span(1, 4, 25)]


def test_only_what_is_needed_is_missed() -> None:
    """A hole beside the way is none: before the backup, or where an ancestor was abandoned."""
    forks = (Fork(1, 10 * SEGMENT + 5),)
    whole = Archived({1: ((1, 2), (4, 12)), 2: ((10, 15),)}, frozenset({2}))
    assert missing(whole, spans(2, forks, 4, 15)) == []
    assert missing(whole, spans(2, forks, 2, 15)) == [name_of(1, 3)]
    torn = Archived({1: ((1, 12),), 2: ((10, 12), (15, 15))})
    assert missing(torn, spans(2, forks, 4, 15)) == [name_of(2, 13), name_of(2, 14)]
    late = Archived({1: ((1, 12),), 2: ((11, 15),)})
    assert missing(late, spans(2, forks, 4, 15)) == [name_of(2, 10)]


def test_who_lacks_everything_is_not_listed_to_the_end() -> None:
    """Names are bounded, whatever a repository lacks; a single one is looked up by its name."""
    assert len(missing(Archived({}), spans(1, (), 0, 1 << 40))) == MOST
    whole = Archived({1: ((1, 2), (4, 12))})
    assert [whole.has(name_of(1, number)) for number in (0, 1, 3, 4, 13)] == [False, True, False, True, False]
    assert not whole.has(name_of(2, 4))


def test_a_watch_sees_holes_but_not_what_is_on_its_way() -> None:
    """Of the newest timeline; a repository that cannot be listed says nothing."""
    said = '{"runs": {"2": [[1, 9], [12, 40], [42, 44]]}, "histories": [2]}'
    asked = Container((("wal-runs", " 1 newest 2"), said), (("wal-runs", " 2 newest"), 49))
    assert torn(asked, "bem", {1: 0, 2: 0}) == {1: Torn(2, name_of(2, 10))}
    assert torn(asked, "bem", {1: 11 * SEGMENT}) == {1: Torn(1, name_of(2, 11))}
    assert torn(asked, "bem", {1: 12 * SEGMENT}) == {}, "a backup was taken since"
    whole = Container((("wal-runs",), '{"runs": {"1": [[1, 9]]}, "histories": []}'))
    assert torn(whole, "bem", {1: 0}) == {}
    assert torn(Container((("wal-runs",), '{"runs": {}, "histories": []}')), "bem", {1: 0}) == {}


def test_names() -> None:
    """256 segments a file of 4 GiB, as PostgreSQL counts."""
    assert name_of(1, 255) == "0000000100000000000000FF"
    assert name_of(0x1A, 256) == "0000001A0000000100000000"
    assert timeline_of(name_of(0x1A, 256)) == 0x1A
