import os
import time
from dataclasses import replace

import pytest

from backups import journal, lineage
from backups.journal import Move, Phase
from backups.kit import pending
from backups.kit.pending import Recovery
from backups.move import healed, move_over, settle
from operation import audit
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container, reign
from tests.backups.world import World

NEW = {"database.generation": 3, "database.kept": [1, 2], "database.last_generation": 3}
GAVE_BACK = Container((("give-back",), ""))


@pytest.fixture
def move(stack: Stack, world: World) -> Move:
    """A restore from generation 2 to 3 whose new volume exists."""
    world.volumes.add(stack.volume(3))
    world.target = GAVE_BACK
    return Move(
        old=stack.volume(2),
        new=stack.volume(3),
        fresh=True,
        lived=True,
        values=NEW,
        reigns=(reign(1, 0, 10), reign(4, 11)),
    )


def test_nothing_to_settle_touches_nothing(stack: Stack, world: World, quiet: Progress) -> None:
    """Every command settles first; mostly there is nothing."""
    settle(stack, quiet)
    assert world.did == []


def test_killed_while_filling_is_taken_back(stack: Stack, world: World, quiet: Progress, move: Move) -> None:
    """The running database was never touched and is not touched now."""
    journal.write(stack, move)
    settle(stack, quiet)
    assert world.did == ["clear scratches", "remove g3"]
    assert journal.read(stack) is None


def test_killed_in_the_cut_over_goes_back(stack: Stack, world: World, quiet: Progress, move: Move) -> None:
    """The old database starts again, the new volume goes, and no succession is recorded."""
    journal.write(stack, move.at(Phase.CUT_OVER))
    world.lives = False
    settle(stack, quiet)
    assert world.did == ["clear scratches", "start g2", "archive", "remove g3"]
    assert journal.read(stack) is None
    assert lineage.recorded(stack) == ()


@pytest.mark.parametrize("recovers", [False, True])
def test_a_bare_host_gets_a_stanza_before_it_archives(
    stack: Stack, world: World, quiet: Progress, move: Move, recovers: bool
) -> None:
    """Its local repository knows none; elsewhere archiving simply goes on."""
    if recovers:
        pending.write(stack, Recovery("digest", audit.now(), placed=True))
    journal.write(stack, move.at(Phase.SERVING))
    settle(stack, quiet)
    assert ("establish bem" in world.did, "archive" in world.did) == (recovers, not recovers)


def test_killed_before_the_new_start_goes_on(stack: Stack, world: World, quiet: Progress, move: Move) -> None:
    """Nothing failed: what was proven and promoted is carried through."""
    journal.write(stack, move.at(Phase.STARTING))
    settle(stack, quiet)
    assert world.did == ["clear scratches", "start g3", "start g3", "archive", "up g3 kept [1, 2]"]
    assert [each.timeline for each in lineage.recorded(stack)] == [1, 4]
    assert journal.read(stack) is None


def test_new_volume_that_does_not_start_after_a_kill_goes_back(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """Archiving was off there, so the old database goes on as if nothing had been; the volume stays."""
    journal.write(stack, move.at(Phase.STARTING))
    world.sick.add(move.new)
    settle(stack, quiet)
    assert world.did == ["clear scratches", "start g3", "start g2", "archive"]
    assert move.new in world.volumes
    assert lineage.recorded(stack) == ()


def test_new_volume_that_may_have_served_is_never_left(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """The kill was an hour ago: clients have written there, whether or not it starts now."""
    journal.write(stack, move.at(Phase.STARTING))
    path = stack.folder / "restore.json"
    os.utime(path, (0, time.time() - 3600))
    world.sick.add(move.new)
    settle(stack, quiet)
    assert world.service == move.new
    assert "start g2" not in world.did
    assert Stack(stack.name, stack.root).settings.database.generation == 3


def test_killed_while_serving_is_carried_through(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """Archiving first, then the record, the file and the deployment; then the journal ends."""
    journal.write(stack, move.at(Phase.SERVING))
    settle(stack, quiet)
    assert world.did == ["clear scratches", "start g3", "archive", "up g3 kept [1, 2]"]
    assert "# Kept." in stack.file.read_text()
    assert journal.read(stack) is None


@pytest.mark.parametrize("deed", ["up", "archive", "start"])
def test_move_that_cannot_be_ended_stands_in_nobody_s_way(
    stack: Stack, world: World, move: Move, capsys: pytest.CaptureFixture[str], deed: str
) -> None:
    """It is said; file and record agree with the service, so that another restore can mend what is broken."""
    journal.write(stack, move.at(Phase.SERVING))
    world.broken.add(deed)
    settle(stack, Progress())
    assert f"! {deed}" in capsys.readouterr().err
    assert world.service == move.new
    assert Stack(stack.name, stack.root).settings.database.generation == 3
    assert [each.timeline for each in lineage.recorded(stack)] == [1, 4]
    assert journal.read(stack) is None


def test_borrowed_segments_that_cannot_be_archived_are_said(
    stack: Stack, world: World, move: Move, capsys: pytest.CaptureFixture[str]
) -> None:
    """They stay where they are, and the move ends all the same."""
    world.target = Container((("give-back",), 1))
    journal.write(stack, move.at(Phase.SERVING))
    settle(stack, Progress())
    assert "not archived yet" in capsys.readouterr().err
    assert journal.read(stack) is None


def test_dead_database_is_not_waited_for(stack: Stack, world: World, quiet: Progress, move: Move) -> None:
    """It did not live before either: the service is as it was, and the next command can go on."""
    journal.write(stack, replace(move, lived=False).at(Phase.CUT_OVER))
    world.lives = False
    settle(stack, quiet)
    assert world.did == ["clear scratches", "update 1 g2", "remove g3"]
    assert journal.read(stack) is None


def test_old_database_that_does_not_start_again_blocks_nothing(
    stack: Stack, world: World, move: Move, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and a restore can be typed: the journal does not stand in its way for ever."""
    journal.write(stack, move.at(Phase.CUT_OVER))
    world.sick.add(move.old)
    settle(stack, Progress())
    assert "database's start on volume" in capsys.readouterr().err
    assert journal.read(stack) is None


def test_stack_without_its_service_is_cleared(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """After `down` there is nothing to start."""
    world.service = ""
    journal.write(stack, move.at(Phase.CUT_OVER))
    settle(stack, quiet)
    assert world.did == ["clear scratches", "remove g3"]


def test_undo_that_is_taken_back_keeps_both_volumes(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """A volume that was not made for the move does not go with it."""
    back = replace(move, new=stack.volume(1), fresh=False)
    journal.write(stack, back.at(Phase.CUT_OVER))
    settle(stack, quiet)
    assert world.did == ["clear scratches", "start g2", "archive"]
    assert world.volumes >= {stack.volume(1), stack.volume(2)}


def test_move_over_is_serving_once_healthy(stack: Stack, world: World, quiet: Progress, move: Move) -> None:
    """The journal says so only then."""
    move_over(stack, move, quiet)
    assert world.service == move.new
    assert journal.read(stack) == move.at(Phase.SERVING)


def test_move_over_that_fails_goes_back_at_once(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """A new volume that failed is not tried a second time, and the failure is told."""
    world.sick.add(move.new)
    with pytest.raises(Failure, match="g3 did not happen"), healed(stack, quiet):
        move_over(stack, move, quiet)
    assert world.did == ["start g3", "clear scratches", "start g2", "archive"]
    assert journal.read(stack) is None


@pytest.mark.parametrize("phase", [Phase.FILLING, Phase.CUT_OVER])
def test_interruption_by_hand_leaves_a_database_that_serves(
    stack: Stack, world: World, quiet: Progress, move: Move, phase: Phase
) -> None:
    """Ctrl-C before and in the cut-over."""
    journal.write(stack, move.at(phase))
    with pytest.raises(KeyboardInterrupt), healed(stack, quiet):
        raise KeyboardInterrupt
    assert world.service == move.old
    assert world.lives
    assert move.new not in world.volumes
    assert journal.read(stack) is None


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.SERVING])
def test_interruption_by_hand_from_the_start_on_goes_on(
    stack: Stack, world: World, quiet: Progress, move: Move, phase: Phase
) -> None:
    """Nothing failed, so the restored database serves, and archives."""
    journal.write(stack, move.at(phase))
    with pytest.raises(KeyboardInterrupt), healed(stack, quiet):
        raise KeyboardInterrupt
    assert world.service == move.new
    assert "archive" in world.did
    assert journal.read(stack) is None


def test_failure_while_serving_is_left_to_the_next_command(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """What just failed would fail again; the database serves meanwhile."""
    journal.write(stack, move.at(Phase.SERVING))
    failure = Failure("no deployment")
    with pytest.raises(Failure, match="no deployment"), healed(stack, quiet):
        raise failure
    assert world.did == []
    assert journal.read(stack) is not None
