"""Proofs from the command line: verdicts, the list, one file checked, and exit statuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from backups import console
from backups.backup import Taken
from backups.proving import console as proving
from backups.proving import proofs
from backups.proving.verify import Proof
from operation import audit, signature
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.proving.test_proving_proofs import flip, keep
from tests.backups.scene import at

Say = pytest.CaptureFixture[str]


def proof(repository: str, *problems: str, mark: str = "proof-1", compared: bool = True) -> Proof:
    """A verdict."""
    rows = {"bem.public.items": 3}
    recorded = rows if mark else {}
    return Proof(at(0), repository, "L", at(0), 1.5, rows, problems, mark, recorded, compared)


@pytest.fixture
def proven(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> dict[int, Proof]:
    """The verdict of each repository, as the next proof gives it."""
    verdicts = {1: proof("local"), 2: proof("s3")}
    for module in (console, proving):
        monkeypatch.setattr(module, "stack_named", lambda _: stack)
        monkeypatch.setattr(module, "settle", lambda *_: None)
    monkeypatch.setattr(proving, "run_verify", lambda _stack, number, _progress: verdicts[number])
    return verdicts


def test_each_repository_takes_its_turn(proven: dict[int, Proof], stack: Stack, capsys: Say) -> None:
    """With a line each, and one in the audit log."""
    assert len(proven) == 2
    proving.verify("bk-test", "", as_json=False)
    local, s3 = capsys.readouterr().out.splitlines()
    assert local.startswith("local: L good; 3 rows in 1 tables")
    assert "paused at proof-1, compared by the heartbeat and 1 tables' rows" in s3
    assert [(each.what, each.detail) for each in audit.entries(stack)] == [
        ("backup.verify", "local: good, s3: good")
    ]


def test_bad_verdict_is_told_and_fails(proven: dict[int, Proof], capsys: Say) -> None:
    """The other repository is proven all the same."""
    proven[1] = proof("local", "amcheck: broken")
    with pytest.raises(Failure, match="the backup in local is not good"):
        proving.verify("bk-test", "", as_json=True)
    local, s3 = json.loads(capsys.readouterr().out)
    assert (local["good"], local["problems"], s3["good"]) == (False, ["amcheck: broken"], True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (proof("local", mark="", compared=False), "all WAL there was: the living database had no say"),
        (proof("local", compared=False), "compared by the heartbeat and no rows"),
    ],
)
def test_what_was_not_compared_is_said(given: Proof, words: str) -> None:
    """Without a point, and when rows moved in its moment."""
    assert words in proving.verdicts([given])[0]


def test_backup_is_proven_when_that_is_wanted(
    proven: dict[int, Proof], stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    """`backup --verify`: both in one JSON; a bad verdict fails it. Without the word nothing is proven."""
    taken = [Taken("local", "L", "full", 1.0)]
    monkeypatch.setattr(console, "take_backup", lambda *_: taken)
    console.take("bk-test", "full", "local", as_json=True, dry_run=False, proof=True, only="database")
    said = json.loads(capsys.readouterr().out)
    assert (said["backups"][0]["label"], said["proofs"][0]["good"]) == ("L", True)
    proven[1] = proof("local", "amcheck: broken")
    console.take("bk-test", "full", "local", as_json=True, dry_run=False, only="database")
    said = json.loads(capsys.readouterr().out)
    assert (said["backups"][0]["label"], said["point"], said["proofs"]) == ("L", None, [])
    with pytest.raises(Failure, match="is not good"):
        console.take("bk-test", "full", "local", as_json=False, dry_run=False, proof=True, only="database")
    assert "NOT GOOD: amcheck: broken" in capsys.readouterr().out
    assert [each.what for each in audit.entries(stack)] == [
        "backup --type full --verify",
        "backup --type full",
        "backup --type full --verify",
    ]


def test_dry_run_of_a_backup_tells_of_its_proof(proven: dict[int, Proof], capsys: Say) -> None:
    """And makes none."""
    assert proven
    console.take("bk-test", "full", "s3", as_json=False, dry_run=True, proof=True)
    assert capsys.readouterr().out.splitlines()[-1] == "then a proof of s3 by a restore"
    console.take("bk-test", "full", "s3", as_json=False, dry_run=True)
    assert "proof" not in capsys.readouterr().out


@pytest.fixture
def kept(proven: dict[int, Proof], stack: Stack) -> list[Path]:
    """A good proof and a bad one."""
    assert proven
    return [keep(stack, 0), keep(stack, 5, "s3", "amcheck: broken\nmore")]


def test_list_for_a_person(kept: list[Path], stack: Stack, capsys: Say) -> None:
    """Verdict, age, until when it counts, signature, and whose."""
    assert len(kept) == 2
    proving.listing("bk-test", as_json=False)
    good, bad, signed = capsys.readouterr().out.splitlines()
    assert good.split()[:3] == ["1", "local", "L0"]
    assert "signature holds  good, " in good
    assert "signature holds  NOT GOOD: amcheck: broken" in bad
    assert signature.name_of(signature.public_key(stack)) in signed


def test_list_for_a_program(kept: list[Path], capsys: Say) -> None:
    """The same, and how long a good one counts."""
    assert len(kept) == 2
    proving.listing("bk-test", as_json=True)
    said: Any = json.loads(capsys.readouterr().out)
    first, second = said["proofs"]
    assert (said["wrong"], said["proof_hours"]) == ([], 168)
    assert (first["good"], first["holds"], first["counts_until"]) == (True, True, "2026-12-01T12:00:00+00:00")
    assert (second["good"], second["holds"], second["counts_until"]) == (False, True, None)


def test_changed_file_is_named_first_and_fails(kept: list[Path], capsys: Say) -> None:
    """After everything was printed; with `--json` too."""
    flip(kept[0])
    for as_json in (False, True):
        with pytest.raises(Failure, match=r"1 thing\(s\) wrong with the proofs") as caught:
            proving.listing("bk-test", as_json=as_json)
        assert caught.value.exit_code == 1
        assert f"{kept[0].name} was changed" in capsys.readouterr().out.partition("signature holds")[0]


def test_no_proofs_yet(proven: dict[int, Proof], capsys: Say) -> None:
    """Says what to type, and is no fault."""
    assert proven
    proving.listing("bk-test", as_json=False)
    assert "no proofs yet: invoke backup.verify" in capsys.readouterr().out


def test_one_file_is_checked(kept: list[Path], tmp_path: Path, capsys: Say) -> None:
    """Also a copy elsewhere; one octet changed, or its signature left behind, and the status is 1."""
    copy = tmp_path / "copy.json"
    copy.write_bytes(kept[0].read_bytes())
    signature.beside(copy).write_bytes(signature.beside(kept[0]).read_bytes())
    proving.check("bk-test", copy, as_json=False)
    assert "as stack bk-test wrote it" in capsys.readouterr().out
    flip(copy)
    with pytest.raises(Failure, match=r"copy\.json was changed") as caught:
        proving.check("bk-test", copy, as_json=True)
    assert caught.value.exit_code == 1
    assert json.loads(capsys.readouterr().out)["holds"] is False
    signature.beside(copy).unlink()
    with pytest.raises(Failure, match="has no signature beside it"):
        proving.check("bk-test", copy, as_json=False)


def test_file_that_is_not_there_is_refused(kept: list[Path], tmp_path: Path) -> None:
    """With status 2; a folder is no file either."""
    assert kept
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(Failure, match="there is no file") as caught:
            proving.check("bk-test", path, as_json=False)
        assert caught.value.exit_code == 2


def test_monitoring_is_told_after_proofs(
    proven: dict[int, Proof], stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for both, when they have ended."""
    told: list[int] = []
    monkeypatch.setattr(proving, "try_to_announce", lambda *_: told.append(len(proofs.read(stack).links)))
    keep(stack, 0)
    proving.prove(stack, list(proven), Progress(quiet=True))
    assert told == [1]
