"""The stack's own certificate authority: a root that signs once, and an issuing CA that signs leaves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from certs.signature import new_key, now, pem, signed, subject, unsigned, usage
from certs.turn import turn
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack

ROOT_LIFE = timedelta(days=3652)
"""Ten years: devices and clients pin the root, so it must outlive the platform's hosts."""

ISSUING_LIFE = timedelta(days=1096)
"""Three years: the issuing CA can be replaced without touching what clients trust."""

ROOT_PEM, ROOT_KEY = "root.pem", "root.key"
ISSUING_PEM, ISSUING_KEY = "issuing.pem", "issuing.key"
FILES = (ROOT_PEM, ROOT_KEY, ISSUING_PEM, ISSUING_KEY)
KIT = "copy the missing file back from the recovery kit into"


@dataclass(frozen=True)
class Authority:
    """An authority that can sign.

    Attributes:
        root: what clients trust.
        issuing: what signs leaves; servers send it behind their leaf.
        key: the issuing CA's private key, in memory only.
    """

    root: x509.Certificate
    issuing: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def anchors(self) -> bytes:
        """Root and issuing CA as PEM: peers that forget to send the issuing CA verify too."""
        return pem(self.root, self.issuing)


def authority(stack: Stack) -> Authority:
    """Opens the stack's authority and makes what is not there yet; nothing that exists is overwritten.

    A key has its place before its certificate, so that a kill between any two files leaves a beginning that
    the next call completes.

    Raises:
        Failure: when a file is lost, or a key cannot be opened or belongs to another certificate.
    """
    folder = stack.make_folder("certs")
    with turn(folder / ".authority.lock"):
        present = frozenset(name for name in FILES if (folder / name).exists())
        lost = missing(present)
        if lost:
            raise Failure(
                f"the certificate authority of stack {stack.name} has lost {lost}.",
                "certificates that are out go on working, but no new one can be issued.",
                f"{KIT} {folder}.",
            )
        return _opened(stack, folder, _passphrase(stack, folder, present))


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
    """The file that clients are given to trust, whether or not it exists."""
    return stack.folder / "certs" / ROOT_PEM


def _passphrase(stack: Stack, folder: Path, present: frozenset[str]) -> bytes:
    if present & {ROOT_KEY, ISSUING_KEY}:
        path = custodian.secret_path(stack, custodian.CA_PASSPHRASE)
        if not path.exists():
            raise Failure(
                f"the passphrase of the keys in {folder} is gone.",
                "no certificate can be issued or renewed.",
                f"copy {path.name} back from the recovery kit to {path}.",
            )
    return custodian.secret(stack, custodian.CA_PASSPHRASE).encode()


def _opened(stack: Stack, folder: Path, passphrase: bytes) -> Authority:
    root = _certificate(folder / ROOT_PEM) if (folder / ROOT_PEM).exists() else None
    issuing = _certificate(folder / ISSUING_PEM) if (folder / ISSUING_PEM).exists() else None
    if root is None or issuing is None:
        root_key = _key(folder / ROOT_KEY, passphrase)
        root = root or _made(folder / ROOT_PEM, _root(stack, root_key), root_key)
        _matches(root, root_key, folder / ROOT_KEY)
    key = _key(folder / ISSUING_KEY, passphrase)
    if issuing is None:
        issuing = _made(folder / ISSUING_PEM, _issuing(stack, key, root), root_key)
    _matches(issuing, key, folder / ISSUING_KEY)
    _descends(issuing, root, folder)
    return Authority(root, issuing, key)


def _root(stack: Stack, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    name = subject(stack, f"BEM {stack.name} root CA")
    builder = unsigned(name, key.public_key(), name, key.public_key(), now() + ROOT_LIFE)
    return _for_certificates(builder, path_length=1)


def _issuing(
    stack: Stack, key: ec.EllipticCurvePrivateKey, root: x509.Certificate
) -> x509.CertificateBuilder:
    root_key = root.public_key()
    assert isinstance(root_key, ec.EllipticCurvePublicKey)  # noqa: S101  # _matches has seen its key
    not_after: datetime = min(now() + ISSUING_LIFE, root.not_valid_after_utc)
    name = subject(stack, f"BEM {stack.name} issuing CA")
    builder = unsigned(name, key.public_key(), root.subject, root_key, not_after)
    return _for_certificates(builder, path_length=0)


def _for_certificates(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return builder.add_extension(constraints, critical=True).add_extension(
        usage(signs_certificates=True), critical=True
    )


def _made(path: Path, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    certificate = signed(builder, key)
    custodian.write_private(path, pem(certificate))
    return certificate


def _key(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    """The key in that file, made and kept when there is none."""
    if not path.exists():
        key = new_key()
        encryption = BestAvailableEncryption(passphrase)
        custodian.write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        return key
    try:
        loaded = load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(path, "is the passphrase beside it another stack's?") from error
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise _unreadable(path, "it is not an elliptic-curve key")
    return loaded


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(path, "it holds no certificate") from error


def _matches(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, path: Path) -> None:
    if certificate.public_key() != key.public_key():
        raise _unreadable(path, f"it is not the key of {path.with_suffix('.pem').name}")


def _descends(issuing: x509.Certificate, root: x509.Certificate, folder: Path) -> None:
    try:
        issuing.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise _unreadable(folder / ISSUING_PEM, f"{ROOT_PEM} beside it did not sign it") from error


def _unreadable(path: Path, why: str) -> Failure:
    return Failure(
        f"the certificate authority's {path} cannot be used: {why}.",
        "certificates that are out go on working, but no new one can be issued.",
        "copy certs and secrets/ca-passphrase back from the recovery kit; nothing was overwritten.",
    )
