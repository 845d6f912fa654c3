import json

import pytest

from backups.proving import point_archive
from backups.vault import bringing
from operation.failure import Failure
from operation.stack import Stack
from tests.backups import samples
from tests.backups.scene import Container

SEGMENT = "000000010000000000000070"
INFO = (("info",), json.dumps(samples.info()))
NAMED = (("pg_logical_emit_message",), SEGMENT)
SWITCH = (("pg_switch_wal",), "0/70000100")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come is not waited for."""
    monkeypatch.setattr(point_archive, "ARCHIVE_SECONDS", 0)


def proven(stack: Stack, monkeypatch: pytest.MonkeyPatch, target: Container) -> None:
    """Proves that archiving goes on, with that container as the database."""
    monkeypatch.setattr(bringing, "container", lambda *_: target)
    bringing.prove_archiving(stack)


def test_a_new_segment_is_awaited_in_s3(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named before it is ended: a segment from before the repair would prove nothing."""
    target = Container(INFO, NAMED, SWITCH, (("repo-ls", "--repo=2"), f"{SEGMENT}-0123.zst\n"))
    proven(stack, monkeypatch, target)
    said = [" ".join(each) for each in target.told]
    order = [
        next(number for number, line in enumerate(said) if word in line)
        for word in ("emit_message", "switch_wal", "repo-ls")
    ]
    assert order == sorted(order)


def test_a_segment_that_stays_away_is_a_failure(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the repository."""
    target = Container(INFO, NAMED, SWITCH, (("repo-ls",), ""))
    with pytest.raises(Failure, match="is not in repository s3"):
        proven(stack, monkeypatch, target)


def test_a_silent_repository_is_no_proof(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere that is not waited for; here it is what is to be shown."""
    target = Container((("info",), json.dumps(samples.s3_down())), NAMED, SWITCH)
    with pytest.raises(Failure, match="does not answer"):
        proven(stack, monkeypatch, target)
