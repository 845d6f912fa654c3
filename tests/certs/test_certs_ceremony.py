"""The root leaves the host, and comes back; an issuing CA follows another, whenever it is killed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pyrage
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from invoke.context import Context

from certs import tasks
from certs.ca import ceremony, offline
from certs.ca.authority import authority
from certs.ca.keys import PrivateKey
from certs.ca.offline import Seal
from certs.desk import ceremony as desk
from certs.desk import change
from certs.pairs.statement import serial_of
from certs.pairs.store import ensure
from certs.revocation import crl
from certs.revocation.lists import reissue, uncovered
from certs.revocation.revocation import revoke
from certs.rotation import rotation, succession
from operation import age, audit, custodian
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask
from tests.certs.verdict import by_openssl, openssl

PASSPHRASE = "correct horse battery staple"  # noqa: S105  # of test data
Say = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def named(stack: Stack) -> Iterator[None]:
    """Whatever name is given, the test's stack is meant."""
    with (
        mock.patch.object(desk, "stack_named", return_value=stack),
        mock.patch.object(change, "stack_named", return_value=stack),
    ):
        yield


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """A file with a passphrase."""
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    return str(path)


@pytest.fixture
def identity(tmp_path: Path) -> tuple[str, str]:
    """A file as `age-keygen` writes it, and its recipient."""
    made = pyrage.x25519.Identity.generate()
    path = tmp_path / "identity"
    path.write_text(f"# created: today\n# public key: {made.to_public()}\n{made}\n")
    return str(path), str(made.to_public())


def test_init_makes_and_then_finds_the_authority(stack: Stack, capsys: Say) -> None:
    """The first makes both CAs and their lists, the second changes nothing; both are audited."""
    tasks.init(Context(), json=True)
    first = json.loads(capsys.readouterr().out)
    assert uncovered(stack) == []
    tasks.init(Context(), json=True)
    second = json.loads(capsys.readouterr().out)
    assert (first["root"], first["issuing"]) == (second["root"], second["issuing"])
    assert (first["done"], second["done"]) == ("authority made", "nothing was to be done")
    assert [each.outcome for each in audit.entries(stack)] == ["succeeded", "unchanged"]
    tasks.init(Context())
    assert "root CA" in capsys.readouterr().out


def test_dry_run_makes_nothing(stack: Stack, tmp_path: Path, capsys: Say) -> None:
    """It says what it would do."""
    target = tmp_path / "root.pem"
    tasks.init(Context(), export_root=str(target), remove_root_key=True, new_issuing=True, dry_run=True)
    said = capsys.readouterr().out
    for words in ("make a root CA", "export the root", "remove the root's key", "new issuing CA"):
        assert words in said
    assert not target.exists()
    assert not stack.folder.exists()


def test_exported_with_a_passphrase_that_is_shown_once(stack: Stack, tmp_path: Path, capsys: Say) -> None:
    """The file opens with it and with nothing else; neither log nor audit has it."""
    target = tmp_path / "root.pem"
    tasks.init(Context(), export_root=str(target), json=True)
    passphrase = json.loads(capsys.readouterr().out)["passphrase"]
    assert target.stat().st_mode & 0o777 == 0o600
    root, key = offline.read(target, Seal(passphrase=passphrase.encode()))
    assert (root, root.public_key()) == (authority(stack).root, key.public_key())
    assert openssl("pkey", "-in", target, "-noout", "-passin", f"pass:{passphrase}").returncode == 0
    with pytest.raises(Failure, match="do not open it"):
        offline.read(target, Seal(passphrase=b"another passphrase"))
    every = [path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()]
    assert not any(passphrase.encode() in content for content in every)


def test_exported_to_an_age_recipient(stack: Stack, tmp_path: Path, identity: tuple[str, str]) -> None:
    """Whoever has the identity opens it; another identity does not."""
    target, (file, recipient) = tmp_path / "root.age", identity
    tasks.init(Context(), export_root=str(target), recipient=recipient)
    assert target.read_bytes().startswith(age.BEGINS.encode())
    seal = Seal(identity=Path(file).read_text())
    assert offline.read(target, seal)[0] == authority(stack).root
    stranger = Seal(identity=str(pyrage.x25519.Identity.generate()))
    for bad in (stranger, Seal(identity="rubbish"), Seal(passphrase=b"x" * 20), Seal()):
        with pytest.raises(Failure, match="do not open it"):
            offline.read(target, bad)


@pytest.mark.parametrize("way", ["passphrase", "age"])
def test_everything_that_needs_no_root_goes_on_without_it(
    stack: Stack, ask: Ask, tmp_path: Path, secret: str, identity: tuple[str, str], way: str
) -> None:
    """The key is gone, leaves are issued; a new issuing CA needs the exported root, and gets it."""
    target, (file, recipient) = tmp_path / "root.out", identity
    closing = {"recipient": recipient} if way == "age" else {"passphrase_file": secret}
    opening = {"identity": file} if way == "age" else {"passphrase_file": secret}
    tasks.init(Context(), export_root=str(target), remove_root_key=True, yes=True, **closing)
    assert not (stack.folder / "certs/root.key").exists()
    first = ensure(stack, ask())
    with pytest.raises(Failure, match="the root's key is not on this host"):
        tasks.init(Context(), new_issuing=True)
    assert ensure(stack, ask()).serial == first.serial
    tasks.init(Context(), new_issuing=True, root=str(target), **opening)
    assert not (stack.folder / "certs/root.key").exists()
    assert ensure(stack, ask()).serial == first.serial
    with mock.patch.object(rotation, "distribute"), mock.patch.object(rotation, "verified"):
        tasks.rotate(Context(), ca="issuing", json=True)
    second = ensure(stack, ask())
    assert first.certificate.issuer != second.certificate.issuer
    lists = stack.folder / "certs/crl.pem"
    for leaf in (first, second):
        root = authority(stack).root
        assert by_openssl(tmp_path, leaf, root, "-crl_check_all", "-CRLfile", lists) == ""


def test_root_that_is_brought_says_that_an_issuing_ca_is_void(
    stack: Stack, ask: Ask, tmp_path: Path, secret: str
) -> None:
    """Without it the revocation is in the register alone, and that is said; with it on the root's list."""
    target = tmp_path / "root.pem"
    tasks.init(Context(), export_root=str(target), remove_root_key=True, yes=True, passphrase_file=secret)
    leaf, signer = ensure(stack, ask()), authority(stack)
    with pytest.raises(Failure, match="the root's key is not on this host") as caught:
        revoke(stack, serial_of(signer.issuing), "ca_compromise")
    assert "certs.init --root FILE" in caught.value.remedy
    tasks.init(Context(), root=str(target), passphrase_file=secret)
    lists = stack.folder / "certs/crl.pem"
    assert "revoked" in by_openssl(tmp_path, leaf, signer.root, "-crl_check_all", "-CRLfile", lists)


def test_key_goes_only_with_a_copy_and_a_yes(stack: Stack, tmp_path: Path, secret: str) -> None:
    """Without either it stays."""
    authority(stack)
    with pytest.raises(Failure, match="only with a copy"):
        tasks.init(Context(), remove_root_key=True, yes=True)
    with pytest.raises(Failure, match="Nobody is there to answer"):
        tasks.init(Context(), export_root=str(tmp_path / "r"), remove_root_key=True, passphrase_file=secret)
    assert (stack.folder / "certs/root.key").exists()


def test_copy_that_cannot_be_written_keeps_the_key(stack: Stack, tmp_path: Path, secret: str) -> None:
    """A full medium, a file that is there, a folder that is not."""
    (tmp_path / "there").write_text("mine")
    with (
        mock.patch.object(offline, "write_private", side_effect=OSError(28, "No space left on device")),
        pytest.raises(Failure, match="No space left"),
    ):
        tasks.init(Context(), export_root=str(tmp_path / "r"), remove_root_key=True, yes=True)
    for target, words in (("there", "is there already"), ("no/where", "no folder")):
        with pytest.raises(Failure, match=words):
            tasks.init(
                Context(),
                export_root=str(tmp_path / target),
                passphrase_file=secret,
                remove_root_key=True,
                yes=True,
            )
    assert (tmp_path / "there").read_text() == "mine"
    assert (stack.folder / "certs/root.key").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"recipient": "age1rubbish"}, "no age recipient"),
        ({"recipient": "age1x", "passphrase_file": "SECRET"}, "encrypt to whom"),
        ({"passphrase_file": "SHORT"}, "less than 16"),
        ({"passphrase_file": "EMPTY"}, "is empty"),
        ({"passphrase_file": "NOTHING"}, "cannot be read"),
    ],
)
def test_bad_seals_are_refused(
    stack: Stack, tmp_path: Path, secret: str, options: dict[str, str], words: str
) -> None:
    """With exit status 2, and no file."""
    authority(stack)
    (tmp_path / "short").write_text("short")
    (tmp_path / "empty").write_text("\n")
    files = {"SECRET": secret, "SHORT": "short", "EMPTY": "empty", "NOTHING": "nothing"}
    given = {
        name: str(tmp_path / files.get(value, value)) for name, value in options.items() if "file" in name
    }
    with pytest.raises(Failure, match=words) as caught:
        tasks.init(Context(), export_root=str(tmp_path / "out"), **{**options, **given})
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_another_stack_s_root_is_refused(stack: Stack, tmp_path: Path, secret: str) -> None:
    """Both by its name and by its key."""
    authority(stack)
    for name in ("another", stack.name):
        other = Stack(name, tmp_path / f"of-{name}", given={})
        target = tmp_path / f"{name}.pem"
        offline.write(target, *ceremony_pair(other), Seal(passphrase=PASSPHRASE.encode()))
        before = authority(stack).issuing
        with pytest.raises(Failure, match=r"another stack's root|is not the key of"):
            tasks.init(Context(), new_issuing=True, root=str(target), passphrase_file=secret)
        assert authority(stack).issuing == before


def ceremony_pair(stack: Stack) -> tuple[x509.Certificate, PrivateKey]:
    """Root and key of a stack that is made for it."""
    authority(stack)
    return ceremony.root_pair(stack)


@pytest.mark.parametrize("step", range(8))
def test_succession_that_is_killed_ends_whole(stack: Stack, ask: Ask, tmp_path: Path, step: int) -> None:
    """Before the new pair is whole the old one stays, after it the new one; a half is never seen."""
    first = ensure(stack, ask())
    old, real = authority(stack).issuing, custodian.write_private
    done: list[int] = []

    def dying(path: Path, content: bytes) -> None:
        _count(done, step)
        real(path, content)

    replace = Path.replace

    def moving(self: Path, target: Path) -> Path:
        if self.parent.name == succession.NEXT:
            _count(done, step)
        return replace(self, target)

    with (
        mock.patch.object(succession, "write_private", dying),
        mock.patch.object(Path, "replace", moving),
        pytest.raises(KeyboardInterrupt),
    ):
        ceremony.new_issuing(stack)
    now = authority(stack)
    assert (now.issuing == old) is (step < 6)
    assert not (stack.folder / "certs" / succession.NEXT).exists()
    for leaf in (first, ensure(stack, ask())):
        assert by_openssl(tmp_path, leaf, now.root) == ""
    issuers = [each.issuer for each in crl.bundle(reissue(stack))]
    assert len(issuers) == len(set(issuers))
    ceremony.new_issuing(stack)
    assert authority(stack).issuing != now.issuing


def test_former_key_is_kept_encrypted(stack: Stack) -> None:
    """It signs the list of its leaves; nobody reads it without the stack's passphrase."""
    authority(stack)
    ceremony.new_issuing(stack)
    (place,) = succession.retired(stack.folder / "certs")
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    with pytest.raises(TypeError, match="encrypted"):
        load_pem_private_key((place / succession.KEY).read_bytes(), None)
    shutil.rmtree(place)
    ceremony.new_issuing(stack)


def _count(done: list[int], step: int) -> None:
    """Dies at that step."""
    if len(done) == step:
        raise KeyboardInterrupt
    done.append(step)
