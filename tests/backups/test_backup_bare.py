"""A backup into a repository that has nothing any more: refused, or begun anew where a full one was asked."""

import json

import pytest

from backups import backup as module
from backups.backup import take
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups import samples
from tests.backups.scene import Container

EMPTIED = json.dumps(samples.s3_emptied())


@pytest.fixture
def established(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stanzas that are made."""
    made: list[str] = []
    monkeypatch.setattr("backups.stanza.establish", lambda _stack, stanza: made.append(stanza))
    database = Container((("info",), EMPTIED), (("backup",), 0))
    monkeypatch.setattr(module, "container", lambda *_: database)
    monkeypatch.setattr(module, "_stream", lambda *_: (0, ["INFO: new backup label = 20261130-010203F"]))
    return made


def test_an_emptied_repository_gets_no_backup_unasked(
    stack: Stack, established: list[str], quiet: Progress
) -> None:
    """The other one gets its backup; the words say how to begin anew, and what to do before."""
    with pytest.raises(Failure, match="into s3 failed: the repository is empty") as refused:
        take(stack, "incr", [1, 2], quiet)
    assert "`invoke backup --type full --repo s3`" in refused.value.what
    assert "local: 20261130-010203F" in refused.value.meaning
    assert established == []


def test_a_full_backup_begins_anew(stack: Stack, established: list[str], quiet: Progress) -> None:
    """The stanza first, once; a repository that has one is left alone."""
    assert [each.repository for each in take(stack, "full", [1, 2], quiet)] == ["local", "s3"]
    assert established == ["bem"]
