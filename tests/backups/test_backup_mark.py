"""Marks: their names, what is kept of them, and the way back to each."""

from dataclasses import replace
from typing import Any

import pytest

from backups import mark, server
from backups.attempt import as_marked
from backups.coverage import repositories_of
from backups.forecast import forecast
from backups.mark import Mark
from backups.plan import Goal
from backups.preflight import Checked
from backups.proof import Facts
from backups.recovery import restore_argv
from backups.target import Target, looked_up, parse_target
from backups.ways import plans
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import at, backup
from tests.backups.test_backup_forecast import BARE
from tests.backups.test_backup_ways import FORKED, NOW, ONE

RELEASE = Mark("release-7", at(10), position=50, timeline=1, heartbeat=at(9.99))


def answers(monkeypatch: pytest.MonkeyPatch, stack: Stack, name: str = "release-7") -> Mark:
    """A mark that a database made which says what PostgreSQL says."""
    lines = f"{at(9.99).isoformat()}\n0/32\n{at(10).isoformat()}\n0/1000000"
    monkeypatch.setattr(mark, "query", lambda *_: lines)
    monkeypatch.setattr(server, "timeline", lambda _: 1)
    return mark.make(stack, object(), name)


def test_what_is_kept_is_found_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, privately; a second one of that name is refused, and an unknown one names the known."""
    made = answers(monkeypatch, stack)
    assert replace(made, point="") == RELEASE
    (file,) = (stack.folder / "marks").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert mark.marks(stack) == [made]
    assert looked_up(stack, parse_target("", "", latest=False, name="release-7")).mark == made
    with pytest.raises(Failure, match="already"):
        answers(monkeypatch, stack)
    with pytest.raises(Failure, match="no mark 'release-8'") as caught:
        looked_up(stack, Target(name="release-8"))
    assert "release-7" in caught.value.remedy


def test_a_mark_that_was_killed_is_in_nobody_s_way(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its point is in the WAL and its file is not: the next try's has another name, which recovery gets."""
    left = answers(monkeypatch, stack)
    (stack.folder / "marks" / "release-7.json").unlink()
    made = answers(monkeypatch, stack)
    assert made.point != left.point
    found = ways(ONE, replace(RELEASE, point=made.point))[0]
    assert f"--target={made.point}" in restore_argv("bem", found, 1)


def test_a_point_s_name_is_kept_whole(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL cuts what is longer than 63 bytes, and nobody would find it."""
    assert len(answers(monkeypatch, stack, "x" * 63).point) <= 63


@pytest.mark.parametrize("name", ["", "Release", "a b", "a'b", "../x", "-x", "x" * 64, "ä"])
def test_names_that_nobody_can_have(stack: Stack, name: str) -> None:
    """Before the database is asked: such a name reaches no statement and no path."""
    with pytest.raises(Failure, match="no name of a mark"):
        mark.checked(stack, name)


def test_one_target_only() -> None:
    """A mark beside a time is refused."""
    with pytest.raises(Failure, match="exactly one"):
        parse_target("2026-11-24T12:00:00Z", "", latest=False, name="release-7")
    assert str(parse_target("", "", latest=False, name="release-7")) == "--to-mark release-7"


def ways(known: Any, wanted: Mark = RELEASE, repository: int = 0) -> list[Any]:
    """The plans to a mark."""
    return plans(Target(time=wanted.at, name=wanted.name, mark=wanted), known, NOW, repository)


def test_the_way_to_a_mark() -> None:
    """From the newest backup before it in each repository, by name, on its own timeline; and told."""
    late = backup("X", 9, stop_lsn=60)
    found = ways(replace(ONE, backups=(*ONE.backups, late)))
    assert [(plan.backup.label, plan.goal, plan.timeline) for plan in found] == [
        ("L", Goal.MARK, 1),
        ("R", Goal.MARK, 1),
    ]
    assert all(plan.pauses for plan in found)
    argv = restore_argv("bem", found[0], 1)
    assert {"--type=name", "--target=release-7", "--target-action=pause", "--target-timeline=1"} <= set(argv)
    assert "to     mark release-7" in "\n".join(forecast(Checked(ONE, found, 0, 0), BARE, NOW))


def test_a_mark_on_a_timeline_that_was_left() -> None:
    """Is reached along that one, and not along what came after."""
    (plan,) = ways(FORKED, replace(RELEASE, at=at(18), position=99))
    assert (plan.backup.label, plan.timeline) == ("B", 1)


def test_a_mark_that_cannot_be_reached() -> None:
    """Older than every backup, or not archived yet: refused with what there is, listed without a place."""
    with pytest.raises(Failure, match="before every backup"):
        ways(ONE, replace(RELEASE, at=at(-1)))
    with pytest.raises(Failure, match="not covered"):
        ways(ONE, replace(RELEASE, at=at(31)))
    assert repositories_of(ONE, RELEASE) == [1, 2]
    assert repositories_of(ONE, replace(RELEASE, at=at(31))) == []
    assert repositories_of(ONE, replace(RELEASE, at=at(29.95))) == [1]


def test_another_moment_than_the_mark_s_never_serves() -> None:
    """A restored database that knows another second is refused before anything moves."""
    (plan, *_) = ways(ONE)
    good = Facts(checksums=True, heartbeat=at(9.99))
    assert as_marked(plan, good) == good
    assert as_marked(replace(plan, mark=None), Facts(checksums=True)).heartbeat is None
    with pytest.raises(Failure, match="recorded"):
        as_marked(plan, Facts(checksums=True, heartbeat=at(9.98)))
