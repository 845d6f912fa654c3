"""A company's own PKI, as it comes in files: sound but for what a test changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs.ca.keys import PrivateKey, private_pem
from certs.ca.signature import pem

AT = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Member:
    """One certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)


@dataclass(frozen=True)
class Wish:
    """What it says; the default is a CA."""

    name: str
    ca: bool = True
    path_length: int | None = None
    age: float = 1
    days: float = 300
    key: PrivateKey | None = None
    names: Sequence[str] = ()
    permitted: Sequence[x509.GeneralName] = ()
    lists: bool = True


def made(wish: Wish, above: Member | None = None) -> Member:
    """Signs it, itself where nobody is above."""
    key = wish.key or ec.generate_private_key(ec.SECP256R1())
    name = _name(wish.name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above.certificate.subject if above else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=wish.age))
        .not_valid_after(AT - timedelta(days=wish.age) + timedelta(days=wish.days))
        .add_extension(x509.BasicConstraints(ca=wish.ca, path_length=wish.path_length), critical=True)
    )
    for extension, critical in _extensions(wish, key):
        builder = builder.add_extension(extension, critical=critical)
    signer = above.key if above else key
    return Member(builder.sign(signer, SHA256()), key)


def chain(folder: Path, name: str, *members: Member) -> Path:
    """Certificates in a file, in that order."""
    path = folder / name
    path.write_bytes(pem(*(each.certificate for each in members)))
    return path


def key_of(folder: Path, name: str, member: Member, passphrase: bytes = b"") -> Path:
    """A key in a file."""
    path = folder / name
    path.write_bytes(private_pem(member.key, passphrase))
    return path


def small_rsa() -> PrivateKey:
    """A key that is too weak today."""
    return rsa.generate_private_key(65537, 1024)  # noqa: S505  # that is the point


def _extensions(wish: Wish, key: PrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    ]
    if wish.ca:
        found.append((_usage(wish), True))
    else:
        names = [x509.DNSName(each) for each in wish.names]
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))
        found += [(x509.SubjectAlternativeName(names), False)] if names else []
    if wish.permitted:
        found.append((x509.NameConstraints(list(wish.permitted), None), True))
    return found


def _usage(wish: Wish) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=wish.lists,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
