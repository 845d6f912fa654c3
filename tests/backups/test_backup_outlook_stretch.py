"""WAL to replay: from the backup's begin to the target, known or between two known positions."""

from dataclasses import replace

import pytest

from backups.catalog import Reach
from backups.history import SEGMENT, Fork, segment_end
from backups.mark import Mark
from backups.outlook.line import Size
from backups.outlook.stretch import stretch
from backups.plan import Goal, Plan
from tests.backups.scene import at, backup, catalog, reach

START = 2 * SEGMENT
LOCAL = replace(backup("L", 0, stop_lsn=3 * SEGMENT), start_lsn=START)
KNOWN = catalog([LOCAL], {1: reach(1, 30)})
END = 10 * SEGMENT
"""Where the segment of `reach` ends."""
NOW = (at(40), 20 * SEGMENT)


def bytes_of(size: Size) -> tuple[float, float, float]:
    """Likely, at least, at most, in segments."""
    return size.likely / SEGMENT, size.low / SEGMENT, size.high / SEGMENT


def test_a_segment_s_end() -> None:
    """The ninth one of the first file, and the last one before the next."""
    assert segment_end("000000010000000000000009") == END
    assert segment_end("0000000100000000000000FF") == 0x1_0000_0000


def test_ends_that_are_known() -> None:
    """The living database's own position, a mark's, the backup's, the repository's; nothing is assumed."""
    mark = Mark("m", at(10), 7 * SEGMENT, 1, at(10))
    for plan, end in (
        (Plan(LOCAL, 1, Goal.LATEST), 20),
        (Plan(LOCAL, 1, Goal.MARK, at(10), mark), 7),
        (Plan(LOCAL, 1, Goal.BACKUP), 3),
        (Plan(LOCAL, 1, Goal.END, at(50)), 10),
    ):
        found = stretch(plan, KNOWN, [], NOW)
        assert bytes_of(found.size) == (end - 2, end - 2, end - 2)
        assert not found.assumed


def test_the_latest_of_a_dead_database_ends_in_the_repository() -> None:
    """What only its volume has cannot be known before."""
    found = stretch(Plan(LOCAL, 1, Goal.LATEST), KNOWN, [], None)
    assert found.size.likely == END - START
    assert "old volume" in found.assumed


def test_a_time_lies_between_the_nearest_known_positions() -> None:
    """A third of the way in time is a third in WAL; the two ends are the range."""
    found = stretch(Plan(LOCAL, 1, Goal.TIME, at(10)), KNOWN, [], NOW)
    assert bytes_of(found.size) == pytest.approx((3 + 7 / 3 - 2, 1, 8))
    assert found.assumed == "WAL grew evenly from 2026-11-24 12:00:00+00:00 to 2026-11-24 12:30:00+00:00"
    marks = [Mark("a", at(9), 4 * SEGMENT, 1, at(9)), Mark("b", at(11), 5 * SEGMENT, 1, at(11))]
    nearer = stretch(Plan(LOCAL, 1, Goal.TIME, at(10)), KNOWN, marks, NOW)
    assert bytes_of(nearer.size) == pytest.approx((2.5, 2, 3))
    late = stretch(Plan(LOCAL, 1, Goal.TIME, at(35)), KNOWN, [], NOW)
    assert bytes_of(late.size) == pytest.approx((13, 8, 18))


def test_positions_of_other_timelines_do_not_count() -> None:
    """A mark on a timeline that the target's does not come from would lead astray; an ancestor's is right."""
    known = catalog(
        [LOCAL],
        {1: Reach(2, f"{2:08X}0000000000000013", at(60))},
        forks={2: (Fork(1, 6 * SEGMENT),)},
        ends={(1, 1): reach(1, 30)},
    )
    astray = Mark("x", at(9), 9 * SEGMENT, 1, at(9))
    ancestor = Mark("y", at(8), 5 * SEGMENT, 1, at(8))
    on_two = stretch(Plan(LOCAL, 2, Goal.TIME, at(20)), known, [astray, ancestor], (at(60), 20 * SEGMENT))
    assert bytes_of(on_two.size)[1:] == (3, 18)
    on_one = stretch(Plan(LOCAL, 1, Goal.TIME, at(20)), known, [astray, ancestor], (at(60), 20 * SEGMENT))
    assert bytes_of(on_one.size)[1:] == (7, 8)


def test_where_nothing_later_is_known() -> None:
    """The last known position is taken, and said to be no more than that."""
    bare = catalog([LOCAL], {1: reach(1, None)})
    found = stretch(Plan(LOCAL, 1, Goal.TIME, at(10)), bare, [], None)
    assert bytes_of(found.size) == (1, 1, 1)
    assert "nothing is known" in found.assumed
