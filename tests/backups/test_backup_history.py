import pytest

from backups.history import Fork, before_fork, lsn, on_lineage, parse_history

HISTORY = "1\t0/3000060\tno recovery target specified\n\n2\t1/5000028\tbefore 2026-11-24 12:00:00+00\n"


def test_history_names_every_ancestor() -> None:
    """Each line of a history file is an ancestor and where it was left."""
    assert parse_history(HISTORY) == (Fork(1, 0x3000060), Fork(2, 0x1_0500_0028))


def test_history_of_comments_names_nobody() -> None:
    """What `fetch-wal` gives for a number without a history has no ancestors in it."""
    assert parse_history("# given before, and not kept\n") == ()


def test_position_counts_both_halves() -> None:
    """The part before the stroke counts in units of 4 GiB."""
    assert lsn("1/5000028") == 0x1_0500_0028


@pytest.mark.parametrize("text", ["5000028", "x/y", ""])
def test_what_is_no_position_is_an_error(text: str) -> None:
    """A position that cannot be read is never taken for zero."""
    with pytest.raises(ValueError, match=r"."):
        lsn(text)


def test_backup_on_the_line_before_the_fork_counts() -> None:
    """A backup of the timeline itself, or of an ancestor before it was left, can be the start."""
    forks = {3: (Fork(1, 100), Fork(2, 200))}
    assert on_lineage(3, 999, 3, forks)
    assert on_lineage(1, 100, 3, forks)


@pytest.mark.parametrize(("timeline", "stop_lsn"), [(1, 101), (2, 201), (4, 10)])
def test_backup_past_the_fork_does_not_count(timeline: int, stop_lsn: int) -> None:
    """One that was taken after the fork, or on another branch, leads to the wrong rows."""
    assert not on_lineage(timeline, stop_lsn, 3, {3: (Fork(1, 100), Fork(2, 200))})


def test_segment_before_the_fork_is_whole() -> None:
    """Segments of the old timeline that ended before the fork, and of its ancestors, can be archived."""
    fork = Fork(2, lsn("1/5000028"))
    assert before_fork("000000020000000100000004", fork)
    assert before_fork("0000000100000001000000FF", fork)


@pytest.mark.parametrize(
    "segment", ["000000020000000100000005", "000000020000000100000006", "000000030000000000000001"]
)
def test_segment_at_the_fork_is_half(segment: str) -> None:
    """The segment in which the timeline was left, and what lies behind it, cannot."""
    assert not before_fork(segment, Fork(2, lsn("1/5000028")))
