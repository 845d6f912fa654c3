"""What monitoring is told of proofs."""

import pytest

from backups.proving import proof_announcement, proofs
from backups.proving.proof_announcement import told, try_to_announce
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.proving.test_proving_proofs import keep
from tests.backups.scene import at

MONITORED = "config:\n  bem:monitoring:\n    enabled: true\n"


def test_newest_and_newest_good_of_each_repository(stack: Stack) -> None:
    """One that was never good has no moment; one that was never tried has no row."""
    assert told(proofs.read(stack)) == []
    keep(stack, 0)
    keep(stack, 1, "local", "amcheck: broken")
    assert told(proofs.read(stack)) == [
        {
            "repository": "local",
            "ended_at": at(1).isoformat(),
            "good": False,
            "proven_at": at(0).isoformat(),
        }
    ]
    keep(stack, 2, "s3", "amcheck: broken")
    assert told(proofs.read(stack))[1]["proven_at"] is None


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Statements that the database got."""
    found: list[str] = []
    monkeypatch.setattr(proof_announcement, "container", lambda *_: None)
    monkeypatch.setattr(proof_announcement, "query", lambda _target, sql: found.append(sql))
    return found


def test_only_a_monitored_stack_is_told(stack: Stack, said: list[str], quiet: Progress) -> None:
    """And only once there is something to tell."""
    keep(stack, 0)
    try_to_announce(stack, quiet)
    assert said == []
    stack.file.write_text(MONITORED)
    other = Stack(stack.name, stack.root)
    try_to_announce(other, quiet)
    assert '"repository": "local"' in said[0]
    assert said[0].startswith("insert into operations.proof")


def test_database_that_cannot_be_told_changes_nothing(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and no failure."""

    def away(*_: object) -> None:
        raise Failure("no container runs")

    keep(stack, 0)
    stack.file.write_text(MONITORED)
    monkeypatch.setattr(proof_announcement, "container", away)
    try_to_announce(Stack(stack.name, stack.root), Progress())
    assert "no container runs" in capsys.readouterr().err
