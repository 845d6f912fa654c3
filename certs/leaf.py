"""Leaf certificates: one for each profile, never outliving the CA that signs them."""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.authority import ISSUING_KEY, ISSUING_PEM, Authority
from certs.profile import Profile
from certs.signature import new_key, now, pem, signed, subject, unsigned, usage
from certs.statement import serial_of
from operation.failure import Failure
from operation.stack import Stack

CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Leaf:
    """A leaf certificate and its private key.

    Attributes:
        certificate: the leaf itself.
        chain: PEM of the leaf and the issuing CA, as servers send it.
        key: PEM of the private key (PKCS8, not encrypted).
        anchors: PEM of the root and the issuing CA, for verifying peers.
    """

    certificate: x509.Certificate
    chain: bytes
    key: bytes = field(repr=False)
    anchors: bytes

    @property
    def serial(self) -> str:
        """The serial number in hexadecimal, as `openssl x509 -serial` prints it."""
        return serial_of(self.certificate)


def issue(stack: Stack, profile: Profile, signer: Authority) -> Leaf:
    """Makes a new key and signs a certificate for it.

    Args:
        stack: whose name the subject carries.
        profile: what the certificate says.
        signer: the stack's authority.

    Raises:
        Failure: when the certificate would outlive its issuer, or start before it.
    """
    key = new_key()
    not_after = now() + timedelta(days=profile.days)
    _within(signer.issuing, not_after, profile)
    certificate = signed(_builder(stack, profile, signer, key, not_after), signer.key)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Leaf(certificate, pem(certificate, signer.issuing), private, signer.anchors)


def alternatives(profile: Profile) -> x509.SubjectAlternativeName:
    """Names and addresses of a profile, as the extension has them."""
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in profile.names]
    return x509.SubjectAlternativeName(
        names + [x509.IPAddress(ipaddress.ip_address(address)) for address in profile.addresses]
    )


def purposes(profile: Profile) -> list[x509.ObjectIdentifier]:
    """What the certificate may be used for."""
    return [oid for wanted, oid in ((profile.server, SERVER), (profile.client, CLIENT)) if wanted]


def _builder(
    stack: Stack,
    profile: Profile,
    signer: Authority,
    key: ec.EllipticCurvePrivateKey,
    not_after: datetime,
) -> x509.CertificateBuilder:
    name = subject(stack, profile.common_name)
    issuer = signer.issuing.subject
    return (
        unsigned(name, key.public_key(), issuer, signer.key.public_key(), not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes(profile)), critical=False)
        .add_extension(alternatives(profile), critical=False)
    )


def _within(issuer: x509.Certificate, not_after: datetime, profile: Profile) -> None:
    if issuer.not_valid_before_utc > now():
        raise Failure(
            f"the issuing CA becomes valid only at {issuer.not_valid_before_utc:%Y-%m-%d %H:%M} UTC.",
            "no certificate can be issued.",
            "set the host's clock.",
        )
    if not_after > issuer.not_valid_after_utc:
        raise Failure(
            f"a certificate of {profile.days} days for {profile.party} would outlive its issuing CA,"
            f" which ends at {issuer.not_valid_after_utc:%Y-%m-%d %H:%M} UTC.",
            "no certificate was issued; those that are out go on working.",
            f"move {ISSUING_PEM} and {ISSUING_KEY} out of the stack's certs folder: the next certificate is"
            " signed by a new issuing CA of the same root, which all parties trust already.",
        )
