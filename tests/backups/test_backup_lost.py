"""A database whose volume is gone: what the stack's folder remembers of it."""

from pathlib import Path

import pytest

from backups import lost
from operation import custodian
from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack
from operation.stack_file import configure


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """With a file and nothing else."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    return Stack("try", tmp_path)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """What Docker has of it."""
    found = {"server": False, "cluster": False}
    monkeypatch.setattr(lost, "containers", lambda *_: ["one"] * found["server"])
    monkeypatch.setattr(lost, "_holds_cluster", lambda _: found["cluster"])
    return found


@pytest.mark.usefixtures("there")
def test_a_first_cluster_is_not_lost(stack: Stack) -> None:
    """Nothing is remembered, so nothing is missed."""
    assert not lost.search(stack)
    assert not lost.outstanding(stack)


def test_a_volume_without_its_cluster_is_lost(stack: Stack, there: dict[str, bool]) -> None:
    """Until it is back, or another serves."""
    lost.remember(stack)
    assert lost.search(stack)
    assert lost.outstanding(stack)
    there["cluster"] = True
    assert not lost.search(stack)
    assert not lost.outstanding(stack)


def test_what_backups_hang_on_is_there_before_it_can_be_missed(stack: Stack) -> None:
    """A plain `pulumi up` or a drill's twin makes the first cluster, too."""
    lost.remember(stack)
    assert custodian.lost(stack) == []
    custodian.secret_path(stack, custodian.POINTS_KEY).unlink()
    assert custodian.lost(stack) == [custodian.POINTS_KEY]


def test_a_server_that_runs_has_its_volume(stack: Stack, there: dict[str, bool]) -> None:
    """Nobody looks into it."""
    lost.remember(stack)
    there["server"] = True
    assert not lost.search(stack)


@pytest.mark.usefixtures("there")
def test_a_restore_moves_on(stack: Stack) -> None:
    """The note is of one volume."""
    lost.remember(stack)
    assert lost.search(stack)
    configure(stack, {"database.generation": 2})
    assert not lost.outstanding(Stack("try", stack.root))


def test_a_damaged_note_is_told(stack: Stack) -> None:
    """With what to do, and no traceback."""
    write_private(stack.make_folder() / lost.NOTE, b"{")
    with pytest.raises(Failure, match="cannot be understood"):
        lost.outstanding(stack)


def test_an_operator_is_told_both_ways_out(stack: Stack) -> None:
    """From the backups, or anew with nothing."""
    said = lost.failure(stack)
    assert "try_database-g1" in said.what
    assert "restore --latest" in said.remedy
    assert "--destroy-data try" in said.remedy
