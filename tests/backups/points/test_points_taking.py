"""A point is made part by part: cache, mark, the rest, the manifest last; no failure costs another part."""

from collections.abc import Iterable
from typing import Any

import pytest

from backups.mark import Mark
from backups.points import host, library, objects, seam, shelf, snapshot, taking
from backups.points.point import CACHE, HOST, OBJECTS, Part
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import at
from tests.backups.world import World


@pytest.fixture
def did(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every step of a point noted, and failed where the world is broken."""

    def part(name: str) -> Part:
        world.note(name)
        return Part(name, at(1), 3, "ab")

    def marked(_target: Any, name: str) -> Mark:
        world.note("mark")
        return Mark(name, at(2), 100, 1, at(2))

    def put(
        _stack: Stack, _target: Any, number: int, _point: str, name: str, pieces: Iterable[bytes]
    ) -> None:
        world.note(f"put{number} {name} {len(b''.join(pieces)) > 0}")

    monkeypatch.setattr(snapshot, "has_cache", lambda _: True)
    monkeypatch.setattr(snapshot, "take", lambda *_: part(CACHE))
    monkeypatch.setattr(snapshot, "pieces", lambda _: [b"redis"])
    monkeypatch.setattr(snapshot, "drop", lambda _: world.note("drop"))
    monkeypatch.setattr(taking, "made", marked)
    monkeypatch.setattr(taking, "container", lambda *_: world.target)
    monkeypatch.setattr(objects, "has_objects", lambda _: True)
    monkeypatch.setattr(objects, "part", lambda _: part(OBJECTS))
    monkeypatch.setattr(seam, "faults", lambda *_: [])
    monkeypatch.setattr(host, "packed_host", lambda _: (part(HOST), b"files"))
    monkeypatch.setattr(shelf, "put", put)
    return world.did


def test_in_the_order_that_closes_the_seams(stack: Stack, did: list[str], quiet: Progress) -> None:
    """Cache, mark, objects, host; then each repository with its manifest last; the snapshot's file goes."""
    taken = taking.take(stack, [1, 2], quiet)
    stored = [f"put{number} {name} True" for number in (1, 2) for name in (CACHE, HOST, shelf.MANIFEST)]
    assert did == [CACHE, "mark", OBJECTS, HOST, *stored, "drop"]
    assert (taken.repositories, taken.faults, taking.failure_of(taken)) == (["local", "s3"], [], None)
    assert taken.point is not None
    assert library.mark_of(stack, taken.point.name) == taken.point.mark


@pytest.mark.parametrize("broken", [CACHE, OBJECTS, HOST])
def test_a_part_that_fails_is_named_and_missing(
    stack: Stack, world: World, did: list[str], quiet: Progress, broken: str
) -> None:
    """The others are there, and so is the point."""
    world.broken = {broken}
    taken = taking.take(stack, [1], quiet)
    assert taken.point is not None
    assert {each.name for each in taken.point.parts} == {CACHE, OBJECTS, HOST} - {broken}
    assert f"put1 {broken} True" not in did
    assert taken.faults == [f"{broken}: {broken} is broken"]
    failure = taking.failure_of(taken)
    assert failure is not None
    assert broken in failure.what


def test_a_repository_that_fails_does_not_have_the_point(
    stack: Stack, world: World, did: list[str], quiet: Progress
) -> None:
    """The other one has it; without any, this host does not claim that there is one."""
    world.broken = {"put2"}
    taken = taking.take(stack, [1, 2], quiet)
    assert (taken.repositories, len(taken.faults)) == (["local"], 1)
    assert did[-1] == "drop"
    world.broken = {"put1", "put2"}
    other = taking.take(Stack("bk-test", root=stack.root), [1, 2], quiet)
    assert other.repositories == []


def test_without_a_mark_there_is_no_point(
    stack: Stack, world: World, did: list[str], quiet: Progress
) -> None:
    """Nothing is stored that no moment belongs to."""
    world.broken = {"mark"}
    taken = taking.take(stack, [1, 2], quiet)
    assert (taken.point, did) == (None, [CACHE, "drop"])
    assert taken.faults == ["database: mark is broken"]


def test_an_interruption_is_none_of_its_parts(
    stack: Stack, did: list[str], quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it; the file of the snapshot goes all the same."""

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shelf, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        taking.take(stack, [1], quiet)
    assert did[-1] == "drop"


def test_a_failure_says_what_it_means(stack: Stack, did: list[str], quiet: Progress, world: World) -> None:
    """The backups are good; what is named would not come back."""
    world.broken = {CACHE}
    failure = taking.failure_of(taking.take(stack, [1], quiet))
    assert isinstance(failure, Failure)
    assert "backups are taken and good" in str(failure)
    assert did
