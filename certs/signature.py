"""The parts that every certificate of ours shares, whoever signs it."""

import secrets
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from operation.stack import Stack

BACKDATED = timedelta(hours=1)
"""Clocks of hosts that are a little behind still take a new certificate."""

SERIAL_BITS = 159
"""RFC 5280 allows 20 octets, positive: 159 bits; `cryptography` refuses more."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A private key on P-256, which every server and client here takes."""
    return ec.generate_private_key(ec.SECP256R1())


def subject(stack: Stack, common_name: str) -> x509.Name:
    """A name that says which stack's it is."""
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, f"BEM {stack.name}"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name),
        ]
    )


def unsigned(
    name: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePublicKey,
    not_after: datetime,
) -> x509.CertificateBuilder:
    """A certificate with names, a random serial, its span and both key identifiers; purpose to be added."""
    identifier = x509.SubjectKeyIdentifier.from_public_key
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(secrets.randbits(SERIAL_BITS) | 1)
        .not_valid_before(now() - BACKDATED)
        .not_valid_after(not_after)
        .add_extension(identifier(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(identifier(issuer_key).digest, None, None), critical=False)
    )


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What the key is for: certificates and revocation lists, or handshakes, never both."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The finished certificate."""
    return builder.sign(key, SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates one after another, as servers read them."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def now() -> datetime:
    """The present time in UTC, whole seconds as certificates have them."""
    return datetime.now(UTC).replace(microsecond=0)
