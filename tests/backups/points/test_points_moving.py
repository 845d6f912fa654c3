"""What goes along with a move: laid out before, halted, then put in place, or left as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from backups import journal
from backups.journal import Move, Phase
from backups.mark import Mark
from backups.move import settle
from backups.points import cache_volume, left, lost_cache, moving, objects, shelf, standing
from backups.points.along import Along, parse_along
from backups.points.beside import Beside
from backups.points.point import CACHE, Part, Point, name_at
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container, at
from tests.backups.world import World

POINT = Point(
    name_at(at(1)), Mark(name_at(at(1)), at(1), 100, 1, at(1)), (Part(CACHE, at(1), 301, "ab" * 32),)
)
BESIDE = Beside(POINT, (1, 2), objects=at(5))
ALONG = Along("g3", False, "g2", at(5).isoformat(), "", 2, ("pulse", "training", CACHE))


@pytest.fixture
def did(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The world, with the parts' deeds among the database's."""

    @contextmanager
    def volume(_stack: Stack) -> Iterator[str]:
        yield "inside"

    def stage(_inside: Any, name: str, _part: Part, pieces: Any) -> None:
        world.note(f"stage {name} {next(iter(pieces))}")

    monkeypatch.setattr(cache_volume, "volume", volume)
    monkeypatch.setattr(cache_volume, "stage", stage)
    monkeypatch.setattr(cache_volume, "say", lambda _, *words: world.note(" ".join(words)))
    monkeypatch.setattr(shelf, "get", lambda _s, _t, number, *_: [f"from {number}"])
    monkeypatch.setattr(standing, "present", lambda _, roles: list(roles))
    monkeypatch.setattr(standing, "stop", lambda _, roles: world.note(f"halt {' '.join(roles)}"))
    monkeypatch.setattr(standing, "start", lambda _, role, count, **__: world.note(f"go {role} {count}"))
    monkeypatch.setattr(
        objects, "bring_back", lambda _, as_of, upto, __: world.note(f"objects {as_of} {upto}")
    )
    return world.did


def test_journal_has_what_goes_along(stack: Stack) -> None:
    """And reads one of a release before this one."""
    move = Move("a", "b", fresh=True, lived=True, values={}, along=ALONG)
    assert journal.write(stack, move) == journal.read(stack)
    assert parse_along({}) == Along()


def test_laid_out_halted_and_put_in_place(stack: Stack, did: list[str], quiet: Progress) -> None:
    """The cache's content by the generations' names; workers start behind the cache, trainers the objects."""
    along = moving.prepare(stack, BESIDE, "scratch", 3, quiet)
    assert along == ALONG
    along = moving.halt(stack, along, quiet)
    assert along.upto > ALONG.objects
    moving.complete(stack, along, quiet)
    assert did == [
        "stage g3 from 1",
        "halt pulse training cache",
        "arm g3 g2",
        "go cache 1",
        f"objects {at(5).isoformat()} {along.upto}",
        f"go pulse {stack.settings.pulse.replicas}",
        f"go training {stack.settings.training.replicas}",
    ]
    assert left.moment(stack, 2) is not None
    assert left.moment(stack, 3) is None


def test_the_other_repository_gives_what_the_first_has_not(
    stack: Stack, world: World, did: list[str], quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot that is damaged in one of them; in both, nothing has moved."""

    def stage(_inside: Any, _name: str, _part: Part, pieces: Any) -> None:
        world.note(f"stage {next(iter(pieces))}")
        if next(iter(pieces)) in world.sick:
            raise Failure("it is cut short")

    monkeypatch.setattr(cache_volume, "stage", stage)
    world.sick = {"from 1"}
    moving.prepare(stack, BESIDE, "scratch", 3, quiet)
    assert did == ["stage from 1", "stage from 2"]
    world.sick = {"from 1", "from 2"}
    with pytest.raises(Failure, match="cut short"):
        moving.prepare(stack, BESIDE, "scratch", 3, quiet)


def test_a_database_that_moves_alone_halts_nobody(stack: Stack, did: list[str], quiet: Progress) -> None:
    """Neither before nor behind."""
    along = moving.prepare(stack, Beside(), "scratch", 3, quiet)
    moving.complete(stack, moving.halt(stack, along, quiet), quiet)
    assert (along.halted, did) == ((), [])


def test_an_undo_takes_what_was_put_aside(
    stack: Stack, did: list[str], quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the generation's own name; without it the cache stays."""
    monkeypatch.setattr(cache_volume, "capable", lambda _: True)
    monkeypatch.setattr(cache_volume, "kept", lambda _: ["g1"])
    along = moving.back_to(stack, 1)
    assert along == Along("g1", kept=True, keep="g2", left=2, halted=("pulse", CACHE))
    moving.complete(stack, along, quiet)
    assert did[0] == "revive g1 g2"
    assert moving.back_to(stack, 7) == Along(left=2)


@pytest.mark.parametrize("phase", [Phase.SERVING, Phase.CUT_OVER])
def test_killed_on_the_way(stack: Stack, world: World, did: list[str], quiet: Progress, phase: Phase) -> None:
    """Carried through once the new database served; before, everybody goes on as they were."""
    world.volumes.add(stack.volume(3))
    world.target = Container((("give-back",), ""))
    move = Move(stack.volume(2), stack.volume(3), fresh=True, lived=True, values={"database.generation": 3})
    journal.write(stack, replace(move, phase=phase, along=replace(ALONG, objects="")))
    settle(stack, quiet)
    assert ("arm g3 g2" in did) == (phase is Phase.SERVING)
    assert {"go cache 1", "go pulse 2"} <= set(did)
    if phase is Phase.SERVING:
        assert did.index("start g3") < did.index("arm g3 g2") < did.index("go cache 1")
    else:
        assert did.index("start g2") < did.index("go cache 1")
    assert journal.read(stack) is None


def test_a_cache_that_ever_had_a_pulse_is_not_lost() -> None:
    """An empty stream that the workers have just made is no reason to think so, and no word neither."""
    assert lost_cache.taken({"pulses": {"added": 1}})
    assert not lost_cache.taken({"pulses": {"added": 0}})
    assert not lost_cache.taken({})
