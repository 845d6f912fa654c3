from dataclasses import replace
from datetime import timedelta

import pytest

from backups.catalog import Catalog
from backups.coverage import covers, timeline_at
from backups.history import Fork
from backups.plan import Goal, Plan
from backups.target import Target
from backups.ways import plans
from operation.failure import Failure
from tests.backups.scene import at, backup, catalog, reach, reign

LOCAL, REMOTE = backup("L", 0), backup("R", 1, repository=2)
ONE = catalog([LOCAL, REMOTE], {1: reach(1, 30), 2: reach(1, 29.9)})
"""One timeline, both repositories, WAL to half past twelve."""

BEFORE, AFTER = backup("B", 0, stop_lsn=50), backup("A", 21, timeline=2, stop_lsn=150)
FORKED = catalog(
    [BEFORE, AFTER],
    {1: reach(2, 40)},
    forks={2: (Fork(1, 100),)},
    reigns=[reign(1, -60, 19), reign(2, 20)],
    ends={(1, 1): reach(1, 19)},
)
"""At 12:20 a restore began timeline 2; timeline 1's last commit was at 12:19."""

NOW = at(50)


def timed(known: Catalog, minutes: float, repository: int = 0) -> list[Plan]:
    """The ways to a time."""
    return plans(Target(time=at(minutes)), known, NOW, repository)


def test_time_starts_from_the_newest_backup_before_it() -> None:
    """Each repository offers its newest backup before the moment, the local one first."""
    newer, late = backup("N", 9), backup("X", 11)
    known = replace(ONE, backups=(*ONE.backups, newer, late))
    found = timed(known, 10)
    assert [plan.backup.label for plan in found] == ["N", "R"]
    assert all(plan.goal is Goal.TIME and plan.timeline == 1 and plan.time == at(10) for plan in found)


def test_time_keeps_its_microseconds() -> None:
    """The moment is passed on as it was asked for."""
    moment = at(10) + timedelta(microseconds=1)
    assert plans(Target(time=moment), ONE, NOW)[0].time == moment


def test_time_in_the_future_is_refused() -> None:
    """Nobody can go there; a second's difference of clocks is none."""
    with pytest.raises(Failure, match="is in the future") as refused:
        timed(ONE, 51)
    assert refused.value.exit_code == 2
    assert "--latest" in refused.value.remedy


def test_time_before_the_oldest_backup_is_refused() -> None:
    """And the oldest restore point is named."""
    with pytest.raises(Failure, match="before every backup") as refused:
        timed(ONE, -1)
    assert refused.value.exit_code == 2
    assert "2026-11-24T12:00:00" in refused.value.remedy


def test_time_beyond_the_archived_wal_is_refused() -> None:
    """And how far it goes is named."""
    with pytest.raises(Failure, match="not covered") as refused:
        timed(ONE, 31)
    assert refused.value.exit_code == 2
    assert "2026-11-24T12:30:00" in refused.value.remedy


@pytest.mark.parametrize(("minutes", "covered"), [(29.99, True), (30, False)])
def test_time_needs_a_commit_behind_it(minutes: float, covered: bool) -> None:
    """Recovery stops at the first commit after a moment; without one it is fatal."""
    assert covers(ONE, 1, at(minutes)) is covered


def test_time_is_reached_by_the_repository_that_covers_it() -> None:
    """A repository that lags is left out."""
    known = replace(ONE, reaches={1: reach(1, 5), 2: reach(1, 30)})
    assert [plan.backup.label for plan in timed(known, 10)] == ["R"]


def test_wal_without_a_commit_covers_no_time() -> None:
    """Nobody knows what time it is there."""
    with pytest.raises(Failure, match="not covered"):
        timed(replace(ONE, reaches={1: reach(1, None)}), 10)


def test_time_before_a_restore_follows_the_timeline_of_then() -> None:
    """Timeline 1 served then, and only the backup before the fork lies on it."""
    (plan,) = timed(FORKED, 10)
    assert (plan.timeline, plan.goal, plan.backup.label) == (1, Goal.TIME, "B")


def test_time_after_a_restore_follows_the_new_timeline() -> None:
    """From its own backup on, or before that one from an ancestor's before the fork."""
    assert [(plan.timeline, plan.backup.label) for plan in timed(FORKED, 30)] == [(2, "A")]
    assert [(plan.timeline, plan.backup.label) for plan in timed(FORKED, 20.5)] == [(2, "B")]


def test_backup_of_a_dead_branch_is_no_start() -> None:
    """A backup that timeline 1 took after the fork does not lead to timeline 2."""
    stray = backup("S", 20, timeline=1, stop_lsn=101)
    with pytest.raises(Failure, match="before every backup"):
        timed(replace(FORKED, backups=(stray,)), 20.5)


@pytest.mark.parametrize("minutes", [19, 19.5])
def test_time_when_nobody_served_is_the_end_of_what_was(minutes: float) -> None:
    """After the last commit of an abandoned timeline recovery goes to its end: no later commit stops it."""
    (plan,) = timed(FORKED, minutes)
    assert (plan.timeline, plan.goal) == (1, Goal.END)
    assert not plan.pauses


def test_end_that_was_never_archived_is_refused() -> None:
    """The record knows of later seconds than the repository: they are in the old volume alone."""
    known = replace(FORKED, ends={(1, 1): reach(1, 15)})
    with pytest.raises(Failure, match="not covered") as refused:
        timed(known, 17)
    assert "restore.undo" in refused.value.remedy


def test_timeline_that_was_never_archived_is_refused() -> None:
    """A repository without any of its WAL does not lead there."""
    with pytest.raises(Failure, match="not covered"):
        timed(replace(FORKED, ends={}), 10)


def test_lost_record_is_made_up_by_the_wal_itself() -> None:
    """On a new host the last commit of a timeline tells until when it served."""
    known = replace(FORKED, reigns=())
    assert timeline_at(known, at(18)) == 1
    assert timeline_at(known, at(19)) == 1
    assert timeline_at(known, at(19.01)) == 2
    assert timeline_at(known, at(35)) == 2


def test_number_that_never_served_owns_no_time() -> None:
    """An undo that was killed leaves a history file: no moment belongs to it."""
    known = replace(
        FORKED,
        forks={2: (Fork(1, 100),), 3: (Fork(1, 100),), 4: (Fork(1, 100), Fork(2, 200))},
        reaches={1: reach(4, 90)},
        reigns=(reign(1, -60, 19), reign(2, 20, 40), reign(4, 42)),
        ends={(1, 1): reach(1, 19), (1, 2): reach(2, 40), (1, 3): reach(3, None)},
    )
    assert [timeline_at(known, at(each)) for each in (10, 30, 41, 43)] == [1, 2, 2, 4]


def test_times_around_an_undo() -> None:
    """After an undo timeline 3 goes on from 1; what 2 served is still 2's."""
    known = replace(
        FORKED,
        forks={2: (Fork(1, 100),), 3: (Fork(1, 190),)},
        backups=(BEFORE, AFTER, backup("U", 46, timeline=3, stop_lsn=195)),
        reaches={1: reach(3, 60)},
        reigns=(reign(1, -60, 19), reign(2, 20, 40), reign(3, 41)),
        ends={(1, 1): reach(1, 19), (1, 2): reach(2, 40)},
    )
    assert [(each.timeline, each.backup.label) for each in timed(known, 10)] == [(1, "B")]
    assert [(each.timeline, each.backup.label) for each in timed(known, 30)] == [(2, "A")]
    assert [(each.timeline, each.backup.label) for each in timed(known, 45)] == [(3, "B")]
    assert [(each.timeline, each.backup.label) for each in timed(known, 47)] == [(3, "U")]


def test_latest_follows_the_highest_timeline() -> None:
    """The newest whole backup on it, and no time."""
    (plan,) = plans(Target(latest=True), FORKED, NOW)
    assert (plan.timeline, plan.goal, plan.time, plan.backup.label) == (2, Goal.LATEST, None, "A")


def test_latest_knows_a_timeline_by_its_history_alone() -> None:
    """Right after a cut-over only the history file is archived."""
    known = replace(FORKED, backups=(BEFORE,), reaches={1: reach(1, 19)})
    (plan,) = plans(Target(latest=True), known, NOW)
    assert (plan.timeline, plan.backup.label) == (2, "B")


def test_latest_leaves_out_a_repository_that_lags() -> None:
    """More than half a minute behind is not the latest, unless the person asks for that repository."""
    known = replace(ONE, reaches={1: reach(1, 20), 2: reach(1, 30)})
    assert [plan.backup.label for plan in plans(Target(latest=True), known, NOW)] == ["R"]
    assert [plan.backup.label for plan in plans(Target(latest=True), known, NOW, 1)] == ["L"]


def test_latest_without_a_backup_is_told() -> None:
    """A failure with status 1: the platform lacks something."""
    with pytest.raises(Failure, match="no backup to restore from") as failed:
        plans(Target(latest=True), replace(ONE, backups=()), NOW)
    assert failed.value.exit_code == 1


def test_label_names_its_own_timeline() -> None:
    """A backup's own end lies on the timeline that it was taken on."""
    (plan,) = plans(Target(label="B"), FORKED, NOW)
    assert (plan.timeline, plan.goal, plan.time) == (1, Goal.BACKUP, None)
    assert plan.pauses


def test_label_that_nobody_has_is_refused() -> None:
    """And the ones that exist are named."""
    with pytest.raises(Failure, match="no backup 'Z'") as refused:
        plans(Target(label="Z"), FORKED, NOW)
    assert refused.value.exit_code == 2
    assert refused.value.remedy == "take one of: A, B"


def test_damaged_backup_is_never_a_start() -> None:
    """Page errors make a backup no restore point, by label neither."""
    known = replace(ONE, backups=(replace(LOCAL, failed=True), REMOTE))
    assert [plan.backup.label for plan in plans(Target(latest=True), known, NOW)] == ["R"]
    with pytest.raises(Failure, match="no backup 'L'"):
        plans(Target(label="L"), known, NOW)


def test_silent_repository_is_left_out() -> None:
    """What its backups can do is not known while it does not answer."""
    known = replace(ONE, silent={2: "down"})
    assert [plan.backup.repository for plan in plans(Target(latest=True), known, NOW)] == [1]


def test_chosen_repository_is_the_only_one() -> None:
    """`--repo` leaves no other; when that one does not cover the target, it is refused."""
    assert [plan.backup.label for plan in timed(ONE, 10, repository=2)] == ["R"]
    with pytest.raises(Failure, match="not covered"):
        timed(replace(ONE, reaches={1: reach(1, 30)}), 10, repository=2)


def test_nothing_asked_for_is_refused() -> None:
    """A target without content leads nowhere."""
    with pytest.raises(Failure, match="needs a target"):
        plans(Target(), ONE, NOW)
