import json

import pytest

from backups import journal
from backups.journal import Move, Phase
from operation.stack import Stack
from tests.backups.scene import reign

MOVE = Move(
    old="bk-test_database-g2",
    new="bk-test_database-g3",
    fresh=True,
    lived=True,
    values={"database.generation": 3, "database.kept": [1, 2]},
    reigns=(reign(2, 0, 10), reign(5, 11)),
)


@pytest.mark.parametrize("phase", list(Phase))
def test_journal_gives_back_what_was_written(stack: Stack, phase: Phase) -> None:
    """Every phase and every field makes the round trip."""
    assert journal.write(stack, MOVE.at(phase)) == MOVE.at(phase)
    assert journal.read(stack) == MOVE.at(phase)


def test_journal_without_a_move(stack: Stack) -> None:
    """Nothing is under way before the first move and after the last; ending twice does no harm."""
    assert journal.read(stack) is None
    journal.write(stack, MOVE)
    for _ in range(2):
        journal.clear(stack)
        assert journal.read(stack) is None


def test_journal_is_private(stack: Stack) -> None:
    """Only its owner reads it."""
    journal.write(stack, MOVE)
    assert (stack.folder / "restore.json").stat().st_mode & 0o777 == 0o600


def test_journal_of_an_unknown_phase_is_an_error(stack: Stack) -> None:
    """What cannot be understood is not guessed at."""
    journal.write(stack, MOVE)
    path = stack.folder / "restore.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "phase": "flying"}))
    with pytest.raises(ValueError, match="flying"):
        journal.read(stack)
