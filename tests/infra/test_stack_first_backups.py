"""First backups and their proofs: in a repository that has none, and in one that has moved."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from backups.endpoint import keys, reach, settled
from backups.endpoint.keys import Keys
from backups.endpoint.reach import Reached
from infra import bring_up
from infra import first_backups as module
from infra.first_backups import first_backups
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

QUIET = Progress(quiet=True)


class Repositories:
    """What was backed up and proven, and what is bad."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.proven = {"local", "s3"}
        self.bad: set[int] = set()
        self.bare: set[str] = set()

    def take(self, _stack: Stack, kind: str, numbers: list[int], _progress: Progress) -> None:
        """Incremental: the first in a repository is full by itself."""
        assert kind == "incr"
        self.taken += numbers

    def verify(self, _stack: Stack, number: int, _progress: Progress) -> SimpleNamespace:
        """Good, unless it is bad."""
        good = number not in self.bad
        return SimpleNamespace(good=good, repository=str(number), problems=["a page is damaged"])

    def newest(self, _stack: Stack) -> dict[str, SimpleNamespace]:
        """Good proofs."""
        return {name: SimpleNamespace(good=True) for name in self.proven}

    def present(self, stack: Stack) -> tuple[dict[str, SimpleNamespace], set[str]]:
        """The proofs, and the repositories that hold nothing."""
        return self.newest(stack), self.bare


@pytest.fixture
def repositories(monkeypatch: pytest.MonkeyPatch) -> Repositories:
    """In the place of pgBackRest."""
    found = Repositories()
    for name in ("take", "verify", "newest", "present"):
        monkeypatch.setattr(module, name, getattr(found, name))
    return found


@pytest.fixture
def moved(tmp_path: Path) -> Stack:
    """A stack whose file names another S3 than the one that is proven."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    stack = Stack("try", tmp_path)
    keys.keep(stack, Keys("access", "secret"))
    configure(stack, {"object_store.endpoint": "s3.example.org"})
    return Stack("try", tmp_path)


def test_a_proven_repository_needs_none(tmp_path: Path, repositories: Repositories) -> None:
    """One that was never proven does."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    stack = Stack("try", tmp_path)
    assert first_backups(stack, QUIET).taken == []
    repositories.proven = {"s3"}
    assert first_backups(stack, QUIET).taken == [1]
    assert repositories.taken == [1]


def test_a_proven_repository_that_was_lost_needs_one(tmp_path: Path, repositories: Repositories) -> None:
    """What was proven there is no more."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    repositories.bare = {"local"}
    assert first_backups(Stack("try", tmp_path), QUIET).taken == [1]
    assert repositories.taken == [1]


def test_a_repository_that_has_moved_needs_one(moved: Stack, repositories: Repositories) -> None:
    """Once; the proofs of the place before do not count."""
    assert first_backups(moved, QUIET).taken == [2]
    assert first_backups(moved, QUIET).taken == []
    assert repositories.taken == [2]


def test_a_bad_first_backup_is_taken_again(moved: Stack, repositories: Repositories) -> None:
    """Until one there is proven."""
    repositories.bad = {2}
    with pytest.raises(Failure, match="a page is damaged"):
        first_backups(moved, QUIET)
    assert settled.moved(moved)
    repositories.bad = set()
    assert first_backups(moved, QUIET).taken == [2]


def test_a_new_place_is_asked_before_anything_changes(
    moved: Stack, repositories: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A known one is not: S3 that is away is no reason to repair nothing."""
    asked = []

    def away(where: object) -> Reached:
        asked.append(where)
        raise Failure("S3 does not answer")

    monkeypatch.setattr(reach, "reach", away)
    monkeypatch.setattr(bring_up, "check_ports", lambda *_: None)
    monkeypatch.setattr(bring_up, "settle", lambda *_: pytest.fail("something was touched"))
    with pytest.raises(Failure, match="does not answer"):
        bring_up.deploy(moved, QUIET)
    first_backups(moved, QUIET)
    with pytest.raises(pytest.fail.Exception, match="touched"):
        bring_up.deploy(moved, QUIET)
    assert len(asked) == 1
    assert repositories.taken == [2]
