from typing import Any

import pytest

from backups import console
from backups.backup import Taken
from backups.vault import record, renewal
from operation import audit
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.vault.scene import NOW, STOLEN, found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The object store: what it was asked, what it finds, and whether it fails."""
    world: dict[str, Any] = {"words": [], "found": found(), "failure": None}

    def ask(_stack: Stack, words: list[str], _say: Any) -> dict[str, Any]:
        world["words"].append(words)
        if world["failure"]:
            raise world["failure"]
        return dict(world["found"])

    monkeypatch.setattr(renewal, "ask", ask)
    return world


def test_a_backup_into_s3_renews_and_keeps_the_record(
    stack: Stack, quiet: Progress, asked: dict[str, Any]
) -> None:
    """For the days of the stack's file; deletions are counted from the last look on."""
    assert renewal.try_to_renew(stack, [1, 2], quiet) is None
    assert renewal.try_to_renew(stack, [2], quiet) is None
    assert asked["words"] == [["renew", "7"], ["renew", "7", NOW.isoformat()]]
    assert record.last(stack) == record.of_look(found())


def test_no_vault_no_renewal(stack: Stack, quiet: Progress, asked: dict[str, Any]) -> None:
    """After a backup into the local repository alone, or with S3 elsewhere."""
    assert renewal.try_to_renew(stack, [1], quiet) is None
    stack.file.write_text(f"{stack.file.read_text()}  bem:object_store:\n    endpoint: s3.example.org\n")
    assert renewal.try_to_renew(Stack(stack.name, stack.root), [1, 2], quiet) is None
    assert asked["words"] == []


def test_a_renewal_that_fails_is_given_back(stack: Stack, quiet: Progress, asked: dict[str, Any]) -> None:
    """Not raised; nothing is recorded as if it had been looked at."""
    asked["failure"] = Failure("no answer", remedy="look at it.")
    failure = renewal.try_to_renew(stack, [2], quiet)
    assert failure is not None
    assert ("no answer" in failure.what, failure.remedy) == (True, "look at it.")
    assert record.last(stack) is None


def test_keys_that_went_are_told(
    stack: Stack, asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The backup succeeds; `status` is wrong until it is mended."""
    asked["found"] = found(**STOLEN)
    assert renewal.try_to_renew(stack, [2], Progress()) is None
    assert "! 1 keys of the vault are gone" in capsys.readouterr().err


def test_the_backup_is_told_before_its_renewal_fails(
    stack: Stack,
    asked: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its label is printed either way; a failure is one only afterwards, and the audit has the success."""
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    monkeypatch.setattr(console, "settle", lambda *_: None)
    monkeypatch.setattr(console, "take_backup", lambda *_: [Taken("s3", "L", "full", 1.0)])
    console.take("bk-test", "full", "s3", as_json=True, dry_run=False, only="database")
    asked["failure"] = Failure("no answer")
    with pytest.raises(Failure, match="locks were not renewed") as failed:
        console.take("bk-test", "full", "s3", as_json=True, dry_run=False, only="database")
    assert failed.value.exit_code == 1
    assert capsys.readouterr().out.count('"label": "L"') == 2
    assert [each.outcome for each in audit.entries(stack)] == ["succeeded", "succeeded"]
