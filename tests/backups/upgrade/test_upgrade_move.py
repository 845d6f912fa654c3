from dataclasses import replace

import pytest

from backups import journal
from backups.journal import Move, Phase
from backups.move import settle
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container, reign
from tests.backups.world import World

NEW = {
    "database.generation": 3,
    "database.kept": [1, 2],
    "database.last_generation": 3,
    "database.version": 18,
    "database.former": [17],
    "backups.stanza": "bem-18",
}


@pytest.fixture
def move(stack: Stack, world: World) -> Move:
    """An upgrade from generation 2 to 3 whose new volume exists."""
    world.volumes.add(stack.volume(3))
    world.target = Container((("give-back",), ""))
    return Move(
        old=stack.volume(2),
        new=stack.volume(3),
        fresh=True,
        lived=True,
        values=NEW,
        reigns=(reign(1, 0, 10), reign(5, 11)),
        image="both",
        old_image="one",
    )


def test_killed_in_the_cut_over_the_old_image_serves(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """A program of the new version does not start the old volume where the image lacks the other one."""
    journal.write(stack, move.at(Phase.CUT_OVER))
    world.lives = False
    settle(stack, quiet)
    assert world.did == ["clear scratches", "start g2 with one", "archive", "remove g3"]
    database = Stack(stack.name, stack.root).settings.database
    assert (database.version, database.former) == (17, ())


def test_killed_once_it_serves_it_is_carried_through(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """Its stanza is made, and the stack's file knows both versions."""
    journal.write(stack, move.at(Phase.SERVING))
    settle(stack, quiet)
    assert world.did[1:3] == ["start g3 with both", "establish bem-18"]
    assert "archive" not in world.did
    settings = Stack(stack.name, stack.root).settings
    assert (settings.database.version, settings.database.former) == (18, (17,))
    assert settings.backups.stanza == "bem-18"


def test_a_database_that_did_not_live_is_left_to_the_old_image(
    stack: Stack, world: World, quiet: Progress, move: Move
) -> None:
    """Nobody waits for it, as nobody did before."""
    journal.write(stack, replace(move, lived=False).at(Phase.CUT_OVER))
    settle(stack, quiet)
    assert world.did == ["clear scratches", "update 1 g2 with one", "remove g3"]
