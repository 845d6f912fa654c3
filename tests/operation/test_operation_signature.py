"""Signatures of evidence: made by the stack's own key, checked by anybody, broken by one octet."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from operation import signature
from operation.custodian import EVIDENCE_KEY, secret_path
from operation.failure import Failure
from operation.stack import Stack

CONTENT = b'{"good": true}\n'


@pytest.fixture
def signed(stack: Stack) -> Path:
    """A file with its signature beside it."""
    path = stack.make_folder("proofs") / "one.json"
    signature.write_signed(stack, path, CONTENT)
    return path


def wrong(stack: Stack, path: Path) -> str:
    """What is wrong with it."""
    return signature.complaint_of(signature.public_key(stack), path)


def test_what_was_signed_holds(stack: Stack, signed: Path) -> None:
    """By one key that is made once, private, and whose public half is exported."""
    assert signed.read_bytes() == CONTENT
    assert wrong(stack, signed) == ""
    key = secret_path(stack, EVIDENCE_KEY)
    before = key.read_text()
    signature.sign_beside(stack, signed)
    assert key.read_text() == before
    for path in (key, signed, signature.beside(signed)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signature.exported_path(stack).read_text().startswith("-----BEGIN PUBLIC KEY-----")


def test_openssl_alone_checks_it(stack: Stack, signed: Path) -> None:
    """Nothing of ours is needed for that; it says no to a changed file."""
    argv = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(signature.exported_path(stack))]
    argv += ["-rawin", "-in", str(signed), "-sigfile", str(signature.beside(signed))]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
    signed.write_bytes(CONTENT.replace(b"true", b"True"))
    assert subprocess.run(argv, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("place", range(len(CONTENT)))
def test_one_octet_changed_breaks_it(stack: Stack, signed: Path, place: int) -> None:
    """Wherever it is."""
    content = bytearray(CONTENT)
    content[place] ^= 1
    signed.write_bytes(content)
    assert wrong(stack, signed).startswith("was changed, or key ")


def test_signature_that_is_changed_or_gone(stack: Stack, signed: Path) -> None:
    """Both are told, and apart."""
    beside = signature.beside(signed)
    beside.write_bytes(bytes(64))
    assert "was changed" in wrong(stack, signed)
    beside.write_bytes(b"short")
    assert "was changed" in wrong(stack, signed)
    beside.unlink()
    assert wrong(stack, signed) == "has no signature beside it"


def test_another_key_does_not_do(stack: Stack, signed: Path) -> None:
    """A key that took the place of the lost one signs on, and what the lost one signed is told."""
    old = signature.name_of(signature.public_key(stack))
    secret_path(stack, EVIDENCE_KEY).unlink()
    assert wrong(stack, signed) == "", "its public half is still there"
    new = signature.name_of(signature.signing_key(stack))
    assert new != old
    assert new in wrong(stack, signed)
    signature.sign_beside(stack, signed)
    assert wrong(stack, signed) == ""


def test_an_exported_half_that_was_put_there_does_not_count(stack: Stack, signed: Path) -> None:
    """The secret does, as long as it is there."""
    other = Stack("other", stack.root)
    signature.write_signed(other, signed, b"forged")
    shutil.copy(signature.exported_path(other), signature.exported_path(stack))
    assert "was changed" in wrong(stack, signed)


@pytest.mark.parametrize("damage", ["", "x", "short", "ä" * 43, "A" * 80])
def test_damaged_key_is_a_sentence(stack: Stack, signed: Path, damage: str) -> None:
    """With what to do; nothing is signed by half a key."""
    secret_path(stack, EVIDENCE_KEY).write_text(damage)
    with pytest.raises(Failure, match="evidence-key is damaged"):
        signature.sign_beside(stack, signed)
    assert wrong_without(stack, signed) == ""


def wrong_without(stack: Stack, path: Path) -> str:
    """What is wrong with it by the exported half alone."""
    secret_path(stack, EVIDENCE_KEY).unlink()
    return wrong(stack, path)


def test_without_any_key_nobody_can_tell(stack: Stack, signed: Path) -> None:
    """Neither with one of another kind."""
    secret_path(stack, EVIDENCE_KEY).unlink()
    exported = signature.exported_path(stack)
    argv = ["openssl", "genpkey", "-algorithm", "X25519"]
    other = subprocess.run(argv, capture_output=True, check=True).stdout
    argv = ["openssl", "pkey", "-pubout"]
    exported.write_bytes(subprocess.run(argv, input=other, capture_output=True, check=True).stdout)
    for _ in range(2):
        with pytest.raises(Failure, match="cannot be read"):
            wrong(stack, signed)
        exported.unlink(missing_ok=True)
