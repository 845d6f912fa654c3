"""Ways to a target whose WAL has holes: filled from the other repository, left out, or refused."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from backups.continuity import Torn, name_of
from backups.history import SEGMENT, Fork
from backups.mark import Mark
from backups.plan import Goal, Plan
from backups.soundness import Archives, sound, torn
from operation.failure import Failure
from tests.backups.scene import Container, at, backup, catalog, reach

FIRST, STOP = 4 * SEGMENT, 5 * SEGMENT
LOCAL = replace(backup("L", 1, stop_lsn=STOP), start_lsn=FIRST)
REMOTE = replace(backup("R", 1, stop_lsn=STOP, repository=2), start_lsn=FIRST)
KNOWN = catalog([LOCAL, REMOTE], {1: reach(1, 30), 2: reach(1, 30)})
WHOLE, TORN, TORN_ALIKE, TORN_ELSE = [[1, 40]], [[1, 9], [11, 40]], [[2, 9], [12, 40]], [[1, 14], [16, 40]]
HOLE, OTHER = name_of(1, 10), name_of(1, 15)
LATEST = [Plan(LOCAL, 1, Goal.LATEST), Plan(REMOTE, 1, Goal.LATEST)]


def listed(local: list[list[int]], remote: list[list[int]] | int, until: datetime | None = None) -> Archives:
    """Repositories with those runs; WAL before a hole reaches to that moment."""
    said = [json.dumps({"runs": {"1": runs}, "histories": []}) for runs in (local, remote)]
    target = Container(
        (("wal-runs", " 1 17-1"), said[0]),
        (("wal-runs", " 2 17-1"), remote if isinstance(remote, int) else said[1]),
        (("wal-reach",), f"{name_of(1, 9)} {until.isoformat()}\n" if until else ""),
    )
    return Archives(target, "bem", KNOWN)


def test_whole_ways_are_left_alone() -> None:
    """In their order, and nobody is told anything."""
    assert sound(listed(WHOLE, WHOLE), LATEST) == (LATEST, [])


def test_a_hole_before_the_backup_or_behind_the_target_is_none() -> None:
    """Only what recovery reads has to be there."""
    early = [[1, 2], [4, 40]]
    assert sound(listed(early, early), LATEST)[1] == []
    before = Plan(LOCAL, 1, Goal.MARK, at(5), Mark("m", at(5), 9 * SEGMENT, 1, at(5)))
    end = Plan(LOCAL, 1, Goal.BACKUP)
    assert sound(listed(TORN, TORN), [before, end]) == ([before, end], [])


def test_a_hole_is_filled_from_the_other_repository() -> None:
    """The whole way comes first then; what is missing is named for the recovery and for the person."""
    ways, notes = sound(listed(TORN, WHOLE), LATEST)
    assert [(each.backup.repository, each.bridged) for each in ways] == [(2, ()), (1, (HOLE,))]
    assert notes == [f"local lacks WAL segment {HOLE}: from the other repository"]
    ways, _ = sound(listed(TORN, TORN_ELSE), LATEST)
    assert [each.bridged for each in ways] == [(HOLE,), (OTHER,)]


def test_a_way_with_a_hole_in_both_is_left_out() -> None:
    """When another way begins behind it."""
    late = replace(REMOTE, start_lsn=11 * SEGMENT, stop_lsn=12 * SEGMENT)
    ways, notes = sound(listed(TORN, TORN), [LATEST[0], Plan(late, 1, Goal.LATEST)])
    assert [each.backup.label for each in ways] == ["R"]
    assert "left out" in notes[0]


def test_no_way_is_left() -> None:
    """The last second that can be reached is named; a time before it still can."""
    archives = listed(TORN, TORN_ALIKE, at(8))
    with pytest.raises(Failure, match=f"{HOLE} .*is in no repository") as caught:
        sound(archives, LATEST)
    assert f"restore --to {at(8).isoformat()}" in caught.value.remedy
    timed = [Plan(each, 1, Goal.TIME, at(7)) for each in (LOCAL, REMOTE)]
    assert [each.time for each in sound(archives, timed)[0]] == [at(7), at(7)]
    with pytest.raises(Failure, match="in no repository"):
        sound(archives, [replace(each, time=at(8)) for each in timed])
    with pytest.raises(Failure, match="in no repository") as caught:
        sound(listed(TORN, TORN), LATEST)
    assert "restore --to" not in caught.value.remedy


def test_what_is_on_its_way_is_not_lost() -> None:
    """Sixteen segments are archived at once: a hole among the newest is no reason to refuse in a disaster."""
    ways, notes = sound(listed([[1, 24], [26, 40]], [[1, 24], [26, 40]]), LATEST)
    assert (ways, notes) == (LATEST, [])
    with pytest.raises(Failure, match="in no repository"):
        sound(listed([[1, 23], [25, 40]], [[1, 23], [25, 40]]), LATEST)


def test_who_lacks_nearly_everything_is_no_way() -> None:
    """Also where the other repository has it all: it is the way then."""
    archives = listed([[1, 5], [9000, 9001]], [[1, 9001]])
    ways, notes = sound(archives, LATEST)
    assert [each.backup.label for each in ways] == ["R"]
    assert "local lacks WAL segment" in notes[0]
    assert "left out" in notes[0]


def test_a_silent_repository_fills_nothing() -> None:
    """It is not asked, and what it may have does not count."""
    archives = listed(TORN, WHOLE)
    archives.catalog = replace(KNOWN, silent={2: "no route"})
    with pytest.raises(Failure, match="in no repository"):
        sound(archives, LATEST[:1])


def test_a_repository_that_cannot_be_listed_is_a_failure() -> None:
    """Never a hole, and never whole."""
    with pytest.raises(Failure, match="cannot be listed"):
        sound(listed(TORN, 49), LATEST)


def test_holes_before_a_restore_are_seen_until_the_next_backup() -> None:
    """On the timeline that was left, up to its end; a repository that cannot be listed says nothing."""
    forked = catalog([LOCAL, REMOTE], {1: reach(2, 30), 2: reach(2, 30)})
    forked = replace(forked, forks={2: (Fork(1, 20 * SEGMENT),)})
    whole = json.dumps({"runs": {"1": [[1, 19]], "2": [[20, 30]]}, "histories": [2]})
    lacking = json.dumps({"runs": {"1": [[1, 9], [12, 17]], "2": [[20, 30]]}, "histories": [2]})
    newest = json.dumps({"runs": {"2": [[20, 30]]}, "histories": [2]})
    answers = (
        (("wal-runs", "newest"), newest),
        (("wal-runs", " 1 17-1"), whole),
        (("wal-runs", " 2 17-1"), lacking),
    )
    assert torn(Container(*answers), "bem", forked) == {2: Torn(4, HOLE)}
    silent = (answers[0], answers[1], (("wal-runs", " 2 17-1"), 49))
    assert torn(Container(*silent), "bem", forked) == {}
    since = replace(REMOTE, timeline=2, start_lsn=21 * SEGMENT)
    assert torn(Container(*answers), "bem", replace(forked, backups=(LOCAL, since))) == {}
