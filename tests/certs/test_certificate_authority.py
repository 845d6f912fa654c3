"""The authority: complete, constrained, kept, and never half."""

import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.ca.authority import FILES, authority, missing
from certs.ca.signature import now
from certs.pairs.leaf import issue
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock

ORDER = ("root.key", "root.pem", "issuing.key", "issuing.pem")
CHECKOUT = Path(__file__).resolve().parents[2]
OPEN = """
import sys
from pathlib import Path
from certs.ca.authority import authority
from operation.stack import Stack
print(authority(Stack("crt-test", root=Path(sys.argv[1]), given={})).issuing.serial_number)
"""


def contents(stack: Stack) -> dict[str, bytes]:
    """All files of the authority."""
    return {name: (stack.folder / "certs" / name).read_bytes() for name in FILES}


def test_root_and_issuing_are_constrained(stack: Stack) -> None:
    """The root may have one CA below it, the issuing CA none, and both only sign."""
    made = authority(stack)
    for certificate, length in ((made.root, 1), (made.issuing, 0)):
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (
            True,
            True,
            length,
        )
        assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (
            True,
            True,
            False,
        )
        assert certificate.serial_number.bit_length() <= 159
        assert "crt-test" in certificate.subject.rfc4514_string()
    assert (made.root.not_valid_after_utc - now()).days in {3651, 3652}
    assert (made.issuing.not_valid_after_utc - now()).days in {1095, 1096}
    assert isinstance(made.key, ec.EllipticCurvePrivateKey)
    assert isinstance(made.key.curve, ec.SECP256R1)


def test_files_are_private_and_keys_encrypted(stack: Stack) -> None:
    """All files are 0600, and no key opens without the passphrase."""
    authority(stack)
    folder = stack.folder / "certs"
    assert {(folder / name).stat().st_mode & 0o777 for name in FILES} == {0o600}
    for name in ("root.key", "issuing.key"):
        with pytest.raises(TypeError, match="encrypted"):
            load_pem_private_key((folder / name).read_bytes(), None)


def test_second_call_changes_nothing(stack: Stack) -> None:
    """An authority that is there is opened, not made again."""
    authority(stack)
    before = contents(stack)
    authority(stack)
    assert contents(stack) == before


@pytest.mark.parametrize("written", range(4))
def test_killed_between_two_files_is_completed(stack: Stack, written: int) -> None:
    """What was written before a kill stays; the rest is made; nothing temporary is left."""
    real = custodian.write_private
    done: list[str] = []

    def dying(path: Path, content: bytes) -> None:
        if len(done) == written:
            raise KeyboardInterrupt
        done.append(path.name)
        real(path, content)

    with mock.patch.object(custodian, "write_private", dying), pytest.raises(KeyboardInterrupt):
        authority(stack)
    assert tuple(done) == ORDER[:written]
    before = {name: (stack.folder / "certs" / name).read_bytes() for name in done}
    authority(stack)
    after = contents(stack)
    assert {name: after[name] for name in done} == before
    assert {path.name for path in (stack.folder / "certs").iterdir()} == {*FILES, ".authority.lock"}


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (("root.pem",), "root.pem"),
        (("issuing.key",), "issuing.key"),
        (("root.key", "issuing.pem"), "root.key"),
        (("root.pem", "root.key", "issuing.pem"), "root.pem"),
    ],
)
def test_lost_file_is_named_and_nothing_is_made(stack: Stack, gone: tuple[str, ...], named: str) -> None:
    """A gap that no kill leaves is a loss: refused by name, nothing overwritten."""
    authority(stack)
    for name in gone:
        (stack.folder / "certs" / name).unlink()
    with pytest.raises(Failure, match=rf"has lost {named}"):
        authority(stack)
    assert not any((stack.folder / "certs" / name).exists() for name in gone)


def test_root_key_may_be_offline(stack: Stack) -> None:
    """With the issuing CA at hand, leaves are signed without the root's key."""
    first = authority(stack)
    (stack.folder / "certs" / "root.key").unlink()
    assert authority(stack).issuing == first.issuing
    assert missing(frozenset(FILES) - {"root.key"}) == ""


def test_new_issuing_authority_hangs_on_the_same_root(stack: Stack) -> None:
    """Issuing pair moved away: the next one is another, of the root that clients trust."""
    first = authority(stack)
    for name in ("issuing.pem", "issuing.key"):
        (stack.folder / "certs" / name).unlink()
    second = authority(stack)
    assert (second.root, second.issuing == first.issuing) == (first.root, False)
    second.issuing.verify_directly_issued_by(first.root)


def test_wrong_passphrase_is_one_clear_failure(stack: Stack) -> None:
    """Another passphrase opens nothing, overwrites nothing, and the remedy is said."""
    authority(stack)
    before = contents(stack)
    custodian.secret_path(stack, custodian.CA_PASSPHRASE).write_text("another\n")
    with pytest.raises(Failure, match="cannot be used") as caught:
        authority(stack)
    assert "recovery kit" in caught.value.remedy
    assert contents(stack) == before


def test_lost_passphrase_is_not_made_anew(stack: Stack) -> None:
    """A passphrase that must have existed is missed, not invented."""
    authority(stack)
    path = custodian.secret_path(stack, custodian.CA_PASSPHRASE)
    path.unlink()
    with pytest.raises(Failure, match="is gone"):
        authority(stack)
    assert not path.exists()


@pytest.mark.parametrize("name", FILES)
def test_broken_file_is_named(stack: Stack, name: str) -> None:
    """Rubbish in any file is a failure that names it, where the file is needed."""
    authority(stack)
    (stack.folder / "certs" / name).write_text("rubbish")
    if name == "root.key":  # needed for a new issuing CA only
        (stack.folder / "certs" / "issuing.pem").unlink()
    with pytest.raises(Failure, match=name.replace(".", r"\.")):
        authority(stack)


@pytest.mark.parametrize("name", ["issuing.key", "issuing.pem", "root.pem"])
def test_half_of_another_authority_is_never_used(stack: Stack, tmp_path: Path, name: str) -> None:
    """A key or certificate of another authority, even with the same passphrase, is refused."""
    other = Stack("other", root=tmp_path, given={})
    custodian.adopt(other, custodian.CA_PASSPHRASE, custodian.secret(stack, custodian.CA_PASSPHRASE))
    authority(stack)
    authority(other)
    (stack.folder / "certs" / name).write_bytes((other.folder / "certs" / name).read_bytes())
    with pytest.raises(Failure, match="cannot be used"):
        authority(stack)


@pytest.mark.slow
def test_processes_at_once_end_with_one_authority(tmp_path: Path) -> None:
    """Four processes that start together open the same issuing CA."""
    argv = [sys.executable, "-c", OPEN, str(tmp_path)]
    running = [subprocess.Popen(argv, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert len(set(said)) == 1


def test_leaf_never_outlives_its_issuer(stack: Stack, ask: Ask, clock: Clock) -> None:
    """Near the issuing CA's end a long leaf is refused and a short one is not."""
    with clock(-1000):
        old = authority(stack)
    assert issue(stack, ask(days=90), old).certificate.not_valid_after_utc < old.issuing.not_valid_after_utc
    with pytest.raises(Failure, match="would outlive its issuing CA") as caught:
        issue(stack, ask(days=97), old)
    assert "certs.rotate --ca issuing" in caught.value.remedy


def test_leaf_never_starts_before_its_issuer(stack: Stack, ask: Ask, clock: Clock) -> None:
    """A clock set back is told, not signed over."""
    signer = authority(stack)
    with clock(-2), pytest.raises(Failure, match="becomes valid only at"):
        issue(stack, ask(), signer)
