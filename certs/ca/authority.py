"""The stack's own certificate authority: a root that signs once, and an issuing CA that signs leaves."""

import shutil
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from certs.ca import key_file
from certs.ca.issuer import ISSUING_LIST, ROOT_LIST, issuing_certificate, root_certificate
from certs.ca.keys import PrivateKey
from certs.ca.signature import pem
from certs.rotation import succession, transition
from certs.turn import turn
from infra.sections.certificates import KeyType
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack

ROOT_PEM, ROOT_KEY = "root.pem", "root.key"
ISSUING_PEM, ISSUING_KEY = succession.PEM, succession.KEY
FILES = (ROOT_PEM, ROOT_KEY, ISSUING_PEM, ISSUING_KEY)
KIT = "copy the missing file back from the recovery kit into"
LOCK = ".authority.lock"
COMING = "authority.next"
"""Folder of a whole authority that takes the present one's place; what is in it is moved, however often."""

ROOTS_PEM = "roots.pem"
"""The root, and while it is rotated the other one: what clients outside trust."""


@dataclass(frozen=True)
class Authority:
    """An authority that can sign.

    Attributes:
        root: what clients trust.
        issuing: what signs leaves; servers send it behind their leaf.
        key: the issuing CA's private key, in memory only.
        above: CAs between the two, where the issuing CA came from a company's own.
        beside: CAs that are trusted, too, while one takes the place of another.
    """

    root: x509.Certificate
    issuing: x509.Certificate
    key: PrivateKey = field(repr=False)
    above: tuple[x509.Certificate, ...] = ()
    beside: tuple[x509.Certificate, ...] = ()

    @property
    def sent(self) -> tuple[x509.Certificate, ...]:
        """What servers send behind their leaf."""
        return (self.issuing, *self.above)

    @property
    def anchors(self) -> bytes:
        """Root and issuing CA as PEM: peers that forget to send the issuing CA verify too."""
        return pem(self.root, *self.sent, *self.beside)


def authority(stack: Stack) -> Authority:
    """Opens the stack's authority and makes what is not there yet; nothing that exists is overwritten.

    A key has its place before its certificate, so that a kill between any two files leaves a beginning that
    the next call completes.

    Raises:
        Failure: when a file is lost, or a key cannot be opened or belongs to another certificate.
    """
    folder = stack.make_folder("certs")
    with turn(folder / LOCK):
        return opened(stack, folder)


def opened(stack: Stack, folder: Path) -> Authority:
    """The same, for whoever holds the turn at the authority."""
    complete(folder)
    present = frozenset(name for name in FILES if (folder / name).exists())
    lost = missing(present)
    if lost:
        raise Failure(
            f"the certificate authority of stack {stack.name} has lost {lost}.",
            "certificates that are out go on working, but no new one can be issued.",
            f"{KIT} {folder}.",
        )
    keys_exist = bool(present & {ROOT_KEY, ISSUING_KEY})
    return _opened(stack, folder, key_file.passphrase_of(stack, keys_exist=keys_exist))


def complete(folder: Path) -> None:
    """Ends what was killed while one CA took the place of another; the turn at the authority is held."""
    succession.complete(folder)
    coming = folder / COMING
    if not coming.exists():
        return
    for stale in (ISSUING_LIST, ROOT_LIST):
        (folder / stale).unlink(missing_ok=True)
    for name in FILES:
        if (coming / name).exists():
            (coming / name).replace(folder / name)
    shutil.rmtree(coming)


def missing(present: frozenset[str]) -> str:
    """The file that must have existed, judging by the others; empty when the rest can be made.

    Files appear in the order root.key, root.pem, issuing.key, issuing.pem. The root's key may be taken
    offline once the issuing CA is there.
    """
    if ROOT_PEM not in present:
        return ROOT_PEM if present & {ISSUING_PEM, ISSUING_KEY} else ""
    if ISSUING_PEM not in present:
        return "" if ROOT_KEY in present else ROOT_KEY
    return "" if ISSUING_KEY in present else ISSUING_KEY


def root_path(stack: Stack) -> Path:
    """The file that clients are given to trust, whether or not it exists; two roots while one is rotated."""
    folder = stack.folder / "certs"
    return folder / (ROOTS_PEM if (folder / ROOTS_PEM).exists() else ROOT_PEM)


def _opened(stack: Stack, folder: Path, passphrase: bytes) -> Authority:
    if not (folder / ISSUING_PEM).exists():
        _make(stack, folder, passphrase)
    root, *_ = key_file.certificates(folder / ROOT_PEM)
    issuing, *above = key_file.certificates(folder / ISSUING_PEM)
    key = key_file.read(folder / ISSUING_KEY, passphrase)
    key_file.belongs(issuing, key, folder / ISSUING_KEY)
    _descends((issuing, *above, root), folder)
    return Authority(root, issuing, key, tuple(above), transition.trusted(folder))


def _make(stack: Stack, folder: Path, passphrase: bytes) -> None:
    """Makes what is missing, in the order in which a kill leaves a beginning."""
    kind = stack.settings.certificates.authority_key
    root_key = _key(folder / ROOT_KEY, passphrase, kind)
    if not (folder / ROOT_PEM).exists():
        custodian.write_private(folder / ROOT_PEM, pem(root_certificate(stack, root_key)))
    root, *_ = key_file.certificates(folder / ROOT_PEM)
    key_file.belongs(root, root_key, folder / ROOT_KEY)
    key = _key(folder / ISSUING_KEY, passphrase, kind)
    certificate = issuing_certificate(stack, key.public_key(), root, root_key)
    custodian.write_private(folder / ISSUING_PEM, pem(certificate))


def _key(path: Path, passphrase: bytes, kind: KeyType) -> PrivateKey:
    return key_file.read(path, passphrase) if path.exists() else key_file.made(path, passphrase, kind)


def _descends(chain: tuple[x509.Certificate, ...], folder: Path) -> None:
    try:
        for below, above in pairwise(chain):
            below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise key_file.unusable(folder / ISSUING_PEM, f"{ROOT_PEM} beside it did not sign it") from error
