"""What `status` says of proofs."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backups.proving import proofs
from infra.looks import safety
from infra.questions import Seen
from infra.status import Status
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.proving.test_proving_proofs import flip
from tests.backups.scene import backup, catalog

NOW = datetime.now(UTC)
HELD = {1: "L-local", 2: "L-s3"}
"""The backup in each repository."""


def stack_of(root: Path, name: str = "try") -> Stack:
    """A stack whose proofs count for two hours."""
    (root / f"Pulumi.{name}.yaml").write_text("config:\n  bem:backups:\n    proof_hours: 2\n")
    return Stack(name, root)


def keep(stack: Stack, repository: str, hours: float, *problems: str) -> Path:
    """A proof of that many hours ago."""
    at = datetime.now(UTC) - timedelta(hours=hours)
    content = {"at": at.isoformat(), "repository": repository, "label": f"L-{repository}"}
    return proofs.keep(stack, repository, at, {**content, "good": not problems, "problems": problems})


def looked(stack: Stack, *repositories: int, silent: bool = False) -> Status:
    """What status finds, with a backup in these repositories."""
    answer: Future[Seen] = Future()
    if silent:
        answer.set_exception(Failure("no repository answers"))
    else:
        answer.set_result(Seen(catalog([backup(HELD[each], 0, each) for each in repositories], {}), NOW, {}))
    status = Status(stack.name)
    safety.proofs(answer, stack, status)
    return status


def test_proven_backups_are_well(tmp_path: Path) -> None:
    """With their label and their age."""
    stack = stack_of(tmp_path)
    keep(stack, "local", 1.5)
    keep(stack, "s3", 0.5)
    status = looked(stack, 1, 2)
    assert status.wrong == []
    assert status.proven == {"local": "L-local 90 min ago", "s3": "L-s3 30 min ago"}


def test_what_is_there_no_more_is_not_called_proven(tmp_path: Path) -> None:
    """It is a remark with what to do: a later backup may be as good, and nobody has seen it."""
    stack = stack_of(tmp_path)
    keep(stack, "local", 1)
    keep(stack, "s3", 1)
    status = looked(stack, 2)
    assert status.proven == {"s3": "L-s3 60 min ago"}
    (line,) = status.remarks
    assert "L-local" in line
    assert "`invoke backup.verify --repo local`" in line


@pytest.mark.parametrize(
    ("hours", "problems", "words"),
    [(2.5, (), "local was proven 2 h ago, and 2 h are allowed"), (1, ("amcheck: x",), "local is bad")],
)
def test_old_or_bad_proof_is_a_line(
    tmp_path: Path, hours: float, problems: tuple[str, ...], words: str
) -> None:
    """With what to do."""
    stack = stack_of(tmp_path)
    keep(stack, "local", hours, *problems)
    (line,) = looked(stack, 1).wrong
    assert words in line
    assert "`invoke backup.verify --repo local`" in line


def test_backups_that_were_never_proven_are_a_line(tmp_path: Path) -> None:
    """Only where there are backups, and not of a twin, whose backups are a copy."""
    stack = stack_of(tmp_path)
    (line,) = looked(stack, 2).wrong
    assert line.startswith("no backup in s3 was ever proven")
    assert looked(stack).wrong == []
    assert looked(stack_of(tmp_path, "twin-abc"), 2).wrong == []


def test_repositories_that_do_not_answer_hide_no_old_proof(tmp_path: Path) -> None:
    """Their silence is told elsewhere, once."""
    stack = stack_of(tmp_path)
    assert looked(stack, silent=True).wrong == []
    keep(stack, "s3", 3)
    (line,) = looked(stack, silent=True).wrong
    assert line.startswith("s3 was proven 3 h ago")


def test_changed_proof_is_a_line(tmp_path: Path) -> None:
    """And counts for nothing."""
    stack = stack_of(tmp_path)
    flip(keep(stack, "local", 1))
    missing, changed = looked(stack, 1).wrong
    assert "was ever proven" in missing
    assert "-local-1.json was changed" in changed
    assert "`invoke backup.proofs`" in changed
