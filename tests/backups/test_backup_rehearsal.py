"""Dry runs: said, and not done."""

import json

import pytest

from backups import console
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.world import World


@pytest.fixture(autouse=True)
def named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name is given, the test's stack is meant."""
    monkeypatch.setattr(console, "stack_named", lambda _: stack)


def test_undo_says_where_it_would_go(world: World, stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """And touches nothing, not even the log of the stack."""
    console.undo("bk-test", yes=False, as_json=True, dry_run=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["from_generation"], told["to_generation"], told["volume"]) == (2, 1, "bk-test_database-g1")
    assert world.did == []
    assert not (stack.folder / "audit.jsonl").exists()


def test_undo_for_a_person(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Both volumes are named."""
    console.undo("bk-test", yes=False, as_json=False, dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        "from generation 2 back to generation 1, volume bk-test_database-g1",
        "what was written since stays in volume bk-test_database-g2",
    ]
    assert world.did == []


def test_forget_says_which_volume(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It is still there."""
    console.forget("bk-test", "1", yes=False, dry_run=True)
    assert capsys.readouterr().out == "volume bk-test_database-g1 would be removed for good\n"
    assert world.did == []


@pytest.mark.parametrize(
    ("generation", "what"), [("2", "serves"), ("9", "is not kept"), ("x", "no generation")]
)
@pytest.mark.usefixtures("world")
def test_forget_refuses_what_it_would_refuse(generation: str, what: str) -> None:
    """A dry run says no more than the run itself."""
    with pytest.raises(Failure, match=what) as refused:
        console.forget("bk-test", generation, yes=False, dry_run=True)
    assert refused.value.exit_code == 2


def test_backup_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    """Command lines as lists of words."""
    console.take("bk-test", "diff", "s3", as_json=True, dry_run=True)
    [told] = json.loads(capsys.readouterr().out)
    assert told["repository"] == "s3"
    assert "pgbackrest" in told["argv"]
