from typing import Any

import pytest

from backups import console
from operation.failure import Failure
from operation.stack import Stack


@pytest.fixture
def forgotten(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The generations that are let go."""
    gone: list[Any] = []
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    monkeypatch.setattr(console, "settle", lambda *_: None)
    monkeypatch.setattr(console, "run_forget", lambda _stack, generation, _progress: gone.append(generation))
    return gone


def test_generation_is_a_number_whatever_the_shell_gives(forgotten: list[Any]) -> None:
    """A command line gives words; the word «1» would be in no list of numbers."""
    console.forget("bk-test", "1", yes=True)
    assert forgotten == [1]


@pytest.mark.parametrize("typed", ["one", "-1", "1.5", ""])
def test_generation_that_is_no_number_is_refused(forgotten: list[Any], typed: str) -> None:
    """With status 2."""
    with pytest.raises(Failure, match="is no generation") as refused:
        console.forget("bk-test", typed, yes=True)
    assert refused.value.exit_code == 2
    assert forgotten == []


def test_dry_run_of_a_backup_prints_the_commands(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One for each repository, and nothing runs."""
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    console.take("bk-test", "diff", "", as_json=False, dry_run=True)
    *printed, last = capsys.readouterr().out.splitlines()
    assert last == "then a recovery point over database, cache, host"
    assert [line.partition(" pgbackrest ")[2].split()[1:3] for line in printed] == [
        ["--repo=1", "--type=diff"],
        ["--repo=2", "--type=diff"],
    ]


def test_dry_run_of_an_unknown_type_is_refused(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is printed."""
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    with pytest.raises(Failure, match="no type of backup"):
        console.take("bk-test", "half", "", as_json=False, dry_run=True)
