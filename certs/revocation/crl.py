"""A certificate revocation list: pure building and reading (RFC 5280, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certs.ca.keys import PrivateKey, digest_for
from certs.ca.signature import BACKDATED, id_of

BEGIN = b"-----BEGIN X509 CRL-----"


@dataclass(frozen=True)
class Revocation:
    """One line of a list.

    Attributes:
        serial: of the certificate.
        at: since when it is void (UTC).
        reason: why.
    """

    serial: int
    at: datetime
    reason: x509.ReasonFlags


def built(
    issuer: x509.Certificate,
    key: PrivateKey,
    void: Sequence[Revocation],
    number: int,
    at: datetime,
    until: datetime,
) -> x509.CertificateRevocationList:
    """A signed list.

    Args:
        issuer: the CA whose certificates it is about.
        key: its key.
        void: what is revoked.
        number: greater than that of every earlier list of this CA.
        at: the present (UTC); the list is backdated for clocks that are behind.
        until: when verifiers stop taking it (UTC), and with it every certificate of the CA.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(at - BACKDATED)
        .next_update(until)
        .add_extension(x509.AuthorityKeyIdentifier(id_of(issuer), None, None), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for each in void:
        builder = builder.add_revoked_certificate(_line(each))
    return builder.sign(key, digest_for(key))


def revocations(found: x509.CertificateRevocationList | None) -> list[Revocation]:
    """What a list says; nothing where there is none."""
    return [_read(each) for each in found or ()]


def number_of(found: x509.CertificateRevocationList | None) -> int:
    """Its number; 0 where there is none."""
    return 0 if found is None else found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def read(path: Path) -> x509.CertificateRevocationList | None:
    """The list in a file (DER), or None when there is none that can be read."""
    try:
        return x509.load_der_x509_crl(path.read_bytes())
    except (OSError, ValueError):
        return None


def bundle(path: Path) -> list[x509.CertificateRevocationList]:
    """The lists in a file (PEM), none when there is no such file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    blocks = [BEGIN + each for each in content.split(BEGIN)[1:]]
    return [x509.load_pem_x509_crl(each) for each in blocks]


def pem(*lists: x509.CertificateRevocationList) -> bytes:
    """Lists one after another, as servers read them."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in lists)


def _line(each: Revocation) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(each.at)
    if each.reason is not x509.ReasonFlags.unspecified:  # left out, as RFC 5280, section 5.3.1 says
        builder = builder.add_extension(x509.CRLReason(each.reason), critical=False)
    return builder.build()


def _read(line: x509.RevokedCertificate) -> Revocation:
    try:
        reason = line.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        reason = x509.ReasonFlags.unspecified
    return Revocation(line.serial_number, line.revocation_date_utc, reason)
