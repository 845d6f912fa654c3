"""Kept proofs: signed, chained, and honest about what was changed or is gone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backups.proving import proofs
from operation import signature
from operation.custodian import EVIDENCE_KEY, secret_path
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import at

Harm = Callable[[list[Path]], None]


def keep(stack: Stack, minutes: int, repository: str = "local", *problems: str) -> Path:
    """A proof of that minute."""
    content = {
        "at": at(minutes).isoformat(),
        "repository": repository,
        "label": f"L{minutes}",
        "good": not problems,
        "problems": problems,
        "more": "than is read",
    }
    return proofs.keep(stack, repository, at(minutes), content)


@pytest.fixture
def kept(stack: Stack) -> list[Path]:
    """Four proofs, by their numbers."""
    return [keep(stack, 0), keep(stack, 1, "s3"), keep(stack, 2, "local", "amcheck: broken"), keep(stack, 3)]


def test_proofs_are_kept_in_their_order(stack: Stack, kept: list[Path]) -> None:
    """Each with its number, its signature, and the digest of the one before it."""
    read = proofs.read(stack)
    assert read.faults == ()
    assert [each.holds for each in read.links] == [True] * 4
    assert [json.loads(path.read_text())["number"] for path in kept] == [1, 2, 3, 4]
    assert [json.loads(path.read_text())["before"] for path in kept[1:]] == [
        each.digest for each in read.links[:-1]
    ]
    assert read.key == signature.name_of(signature.public_key(stack))


def test_newest_of_each_repository(stack: Stack) -> None:
    """Of all, and of the good ones."""
    keep(stack, 0)
    keep(stack, 1, "local", "amcheck: broken")
    assert proofs.newest(stack)["local"].problems == ("amcheck: broken",)
    assert proofs.newest(stack, good=True)["local"].label == "L0"
    assert "s3" not in proofs.newest(stack)


def test_none_yet(stack: Stack) -> None:
    """Is nothing wrong, and makes no key."""
    assert proofs.read(stack) == proofs.Proofs()
    assert not signature.exported_path(stack).exists()


def flip(path: Path) -> None:
    """One bit of one octet."""
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)


def last_two(files: list[Path]) -> None:
    """The end, with its signatures."""
    for path in files[2:]:
        path.unlink()
        signature.beside(path).unlink()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda files: flip(files[1]), "-s3-2.json was changed, or key "),
        (lambda files: flip(signature.beside(files[1])), "-s3-2.json was changed, or key "),
        (lambda files: signature.beside(files[3]).unlink(), "-local-4.json has no signature beside it"),
        (lambda files: files[2].write_text("{"), "-local-3.json cannot be read"),
        (lambda files: files[0].unlink(), "proof 1 is missing before "),
        (lambda files: files[1].unlink(), "proof 2 is missing between "),
        (last_two, "proofs 3 to 4 are missing at the end"),
        (lambda files: shutil.copy(files[0], files[1]), "have the same number, 1"),
        (lambda files: (files[0].parent / proofs.END).unlink(), "note of the newest proof was put back"),
        (lambda files: (files[0].parent / proofs.END).write_text("{}"), "note of the newest proof was cha"),
        (lambda files: flip(files[0].parent / proofs.END), "note of the newest proof was changed"),
    ],
)
def test_what_was_changed_or_is_gone_is_named(stack: Stack, kept: list[Path], harm: Harm, words: str) -> None:
    """One octet, one file, the end of the chain, the note of its end."""
    assert proofs.read(stack).faults == ()
    harm(kept)
    assert any(words in each for each in proofs.read(stack).faults), proofs.read(stack).faults


def test_whole_history_put_in_the_place_of_another(stack: Stack, kept: list[Path]) -> None:
    """Each file is signed well by the same key; that one does not belong is seen by the digest."""
    mine = kept[1].read_bytes(), signature.beside(kept[1]).read_bytes()
    for path in kept[1:]:
        path.unlink()
        signature.beside(path).unlink()
    (kept[0].parent / proofs.END).unlink()
    keep(stack, 8)
    keep(stack, 9)
    assert proofs.read(stack).faults == ()
    theirs = next(kept[0].parent.glob("*-2.json"))
    theirs.write_bytes(mine[0])
    signature.beside(theirs).write_bytes(mine[1])
    (fault,) = proofs.read(stack).faults
    assert "but another proof 2" in fault


def test_changed_proof_counts_for_nothing(stack: Stack) -> None:
    """The one before it is the newest then."""
    keep(stack, 0)
    flip(keep(stack, 1))
    assert proofs.newest(stack)["local"].label == "L0"


def test_proof_after_harm_goes_on(stack: Stack, kept: list[Path]) -> None:
    """With a number that was never given; the harm stays told."""
    last_two(kept)
    assert keep(stack, 9).name.endswith("-local-5.json")
    assert [each for each in proofs.read(stack).faults if "3 to 4" in each]
    assert proofs.newest(stack)["local"].number == 5


@pytest.mark.parametrize("earlier", [0, 2])
def test_kill_between_a_proof_and_its_note_is_no_harm(stack: Stack, earlier: int) -> None:
    """Neither for the first nor for a later one; two proofs behind is no kill any more."""
    for minutes in range(earlier):
        keep(stack, minutes)
    note = stack.make_folder(proofs.FOLDER) / proofs.END
    before = note.read_bytes() if earlier else None

    def put_back() -> None:
        note.unlink() if before is None else note.write_bytes(before)

    keep(stack, 8)
    put_back()
    assert proofs.read(stack).faults == ()
    assert keep(stack, 9).name.endswith(f"-local-{earlier + 2}.json")
    assert proofs.read(stack).faults == ()
    put_back()
    assert proofs.read(stack).faults != ()


def test_key_that_was_lost(stack: Stack, kept: list[Path]) -> None:
    """What it signed is told; without its public half as well nobody can tell anything."""
    secret_path(stack, EVIDENCE_KEY).unlink()
    assert proofs.read(stack).faults == ()
    signature.signing_key(stack)
    assert len(proofs.read(stack).faults) >= len(kept)
    secret_path(stack, EVIDENCE_KEY).unlink()
    signature.exported_path(stack).unlink()
    with pytest.raises(Failure, match="cannot be read"):
        proofs.read(stack)


def test_proofs_from_before_signatures(stack: Stack) -> None:
    """They count for nothing, and are no harm; with a signature taken away from a chained one it is."""
    old = {"at": at(0).isoformat(), "repository": "local", "label": "L", "good": True}
    (stack.make_folder(proofs.FOLDER) / "20261124T120000-local.json").write_text(json.dumps(old))
    assert proofs.newest(stack) == {}
    assert proofs.read(stack).faults == ()
    path = keep(stack, 1)
    assert proofs.read(stack).faults == ()
    signature.beside(path).unlink()
    (path.parent / proofs.END).unlink()
    (fault,) = proofs.read(stack).faults
    assert fault == f"{path.name} has no signature beside it"
