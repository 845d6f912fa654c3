import json
from typing import Any

import pytest

from backups.vault import console, record
from backups.vault.console import Wish
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.vault.scene import STOLEN, found

BEFORE = "2026-11-24T03:10:00+00:00"


@pytest.fixture
def answers(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the object store finds, one after the other."""
    pending: list[dict[str, Any]] = []
    monkeypatch.setattr(console, "stack_named", lambda _: Stack(stack.name, stack.root))
    monkeypatch.setattr(console, "ask", lambda *_: pending.pop(0))
    return pending


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(renew=True, bring_back=BEFORE), "which one?"),
        (Wish(bring_back="yesterday"), "is not a time"),
        (Wish(bring_back="2026-11-24T03:10:00"), "no offset"),
        (Wish(bring_back="2999-01-01T00:00:00Z"), "lies in the future"),
        (Wish(since="2999-01-01T00:00:00Z"), "lies in the future"),
    ],
)
def test_what_cannot_be_meant_is_refused(answers: list[dict[str, Any]], wish: Wish, words: str) -> None:
    """Before the object store is asked."""
    assert answers == []
    with pytest.raises(Failure, match=words) as refused:
        console.vault("bk-test", wish, yes=True, dry_run=False, as_json=False)
    assert refused.value.exit_code == 2


def test_the_vault_elsewhere_is_its_provider_s(stack: Stack, answers: list[dict[str, Any]]) -> None:
    """It is not ours to renew; the refusal says where to look."""
    assert answers == []
    stack.file.write_text(f"{stack.file.read_text()}  bem:object_store:\n    endpoint: s3.example.org\n")
    with pytest.raises(Failure, match=r"S3 at s3\.example\.org is its provider's"):
        console.vault("bk-test", Wish(), yes=False, dry_run=False, as_json=False)


def test_a_look_prints_and_then_fails_where_keys_went(
    stack: Stack, answers: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same output either way; the record is what `status` reads. A calm one passes."""
    calm = found(shortest_until="2999-01-01T00:00:00+00:00")
    answers += [calm, {**calm, **STOLEN}]
    console.vault("bk-test", Wish(), yes=False, dry_run=False, as_json=False)
    assert "!" not in capsys.readouterr().out
    with pytest.raises(Failure, match="1 keys of the vault were deleted") as failed:
        console.vault("bk-test", Wish(), yes=False, dry_run=False, as_json=True)
    assert failed.value.exit_code == 1
    assert json.loads(capsys.readouterr().out)["deleted_otherwise"] == 1
    kept = record.last(stack)
    assert kept is not None
    assert kept.strange == 1


def test_a_lock_that_ends_soon_fails_the_look(answers: list[dict[str, Any]]) -> None:
    """With the command that renews it."""
    answers.append(found(shortest_until="2026-11-20T04:00:00+00:00"))
    with pytest.raises(Failure, match="days left") as failed:
        console.vault("bk-test", Wish(), yes=False, dry_run=False, as_json=True)
    assert "--renew" in failed.value.remedy


def test_the_way_back_is_asked_for(answers: list[dict[str, Any]]) -> None:
    """Nobody at a terminal, no `--yes`: nothing happens."""
    assert answers == []
    with pytest.raises(Failure, match="Nobody is there to answer") as refused:
        console.vault("bk-test", Wish(bring_back=BEFORE), yes=False, dry_run=False, as_json=False)
    assert refused.value.exit_code == 2
