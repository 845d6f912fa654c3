"""The parts that every certificate of ours shares, whoever signs it."""

import secrets
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certs.ca.keys import PrivateKey, PublicKey, digest_for
from operation.stack import Stack

BACKDATED = timedelta(hours=1)
"""Clocks of hosts that are a little behind still take a new certificate."""

SERIAL_BITS = 159
"""RFC 5280 allows 20 octets, positive: 159 bits; `cryptography` refuses more."""


def subject(stack: Stack, common_name: str) -> x509.Name:
    """A name that says which stack's it is."""
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, f"BEM {stack.name}"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name),
        ]
    )


def unsigned(
    name: x509.Name, public_key: PublicKey, issuer: x509.Name, issuer_id: bytes, not_after: datetime
) -> x509.CertificateBuilder:
    """A certificate with names, a random serial, its span and both key identifiers; purpose to be added."""
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(secrets.randbits(SERIAL_BITS) | 1)
        .not_valid_before(now() - BACKDATED)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier(key_id(public_key)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(issuer_id, None, None), critical=False)
    )


def key_id(public_key: PublicKey) -> bytes:
    """The identifier of a key; method 1 of RFC 5280, section 4.2.1.2."""
    return x509.SubjectKeyIdentifier.from_public_key(public_key).digest


def id_of(certificate: x509.Certificate) -> bytes:
    """The identifier of a certificate's key, as those that it signs name it."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    return found.value.digest


def usage(public_key: PublicKey, *, signs_certificates: bool) -> x509.KeyUsage:
    """What the key is for: certificates and revocation lists, or handshakes, never both.

    An RSA key may encipher the key of a TLS 1.2 session, too; others cannot.
    """
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=isinstance(public_key, rsa.RSAPublicKey) and not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def signed(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """The finished certificate."""
    return builder.sign(key, digest_for(key))


def listed_at(base: str, file: str) -> x509.CRLDistributionPoints:
    """Says where the revocation list of a certificate's issuer is served."""
    place = x509.UniformResourceIdentifier(f"{base}/{file}")
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates one after another, as servers read them."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def now() -> datetime:
    """The present time in UTC, whole seconds as certificates have them."""
    return datetime.now(UTC).replace(microsecond=0)
