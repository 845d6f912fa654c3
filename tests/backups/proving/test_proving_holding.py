"""Proofs of backups that are there, and of such that are not."""

import pytest

from backups.proving import holding
from backups.proving.holding import bare, gone, present
from backups.proving.proof_chain import Kept
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import at, backup, catalog


def proof(repository: str, label: str) -> Kept:
    """A good one."""
    return Kept(number=1, before="", key="k", at=at(0), repository=repository, label=label, good=True)


def test_a_backup_that_is_there() -> None:
    """In that very repository."""
    found = catalog([backup("A", 1), backup("B", 1, repository=2)], {})
    assert not gone(found, proof("local", "A"))
    assert gone(found, proof("s3", "A"))


def test_a_silent_repository_has_lost_nothing() -> None:
    """Nobody knows."""
    found = catalog([], {}, silent={1: "down"})
    assert not gone(found, proof("local", "A"))
    assert gone(found, proof("s3", "A"))
    assert bare(found) == {"s3"}


def test_proofs_of_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the repositories that hold nothing."""
    kept = {"local": proof("local", "A"), "s3": proof("s3", "B")}
    monkeypatch.setattr(holding, "newest", lambda *_, good: kept if good else {})
    monkeypatch.setattr(holding, "_backups", lambda _: catalog([backup("A", 1)], {}))
    assert present(Stack("try", given={})) == ({"local": kept["local"]}, {"s3"})


def test_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is claimed, neither way."""

    def silent(*_: object) -> None:
        raise Failure("no repository answers")

    monkeypatch.setattr(holding, "container", silent)
    assert present(Stack("try", given={})) == ({}, set())
