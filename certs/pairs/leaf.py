"""Leaf certificates: one for each profile, never outliving the CA that signs them."""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.ca.authority import Authority
from certs.ca.constraints import outside
from certs.ca.issuer import ISSUING_LIST
from certs.ca.keys import PublicKey, new_key, private_pem
from certs.ca.signature import BACKDATED, id_of, listed_at, now, pem, signed, subject, unsigned, usage
from certs.pairs.profile import Profile
from certs.pairs.statement import serial_of
from operation.failure import Failure, refusal
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
        Failure: when the certificate would outlive its issuer, start before it, or say what its issuer may
            not sign for.
    """
    not_after = last_second(profile.days)
    _within(signer.issuing, not_after, profile)
    key = new_key(profile.key)
    certificate = signed(_builder(stack, profile, signer, key.public_key(), not_after), signer.key)
    return Leaf(certificate, pem(certificate, *signer.sent), private_pem(key), signer.anchors)


def last_second(days: int) -> datetime:
    """The end of a life of so many days, its first moment and its last second counted."""
    return now() - BACKDATED + timedelta(days=days) - timedelta(seconds=1)


def alternatives(profile: Profile) -> x509.SubjectAlternativeName:
    """Names and addresses of a profile, as the extension has them."""
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in profile.names]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in profile.addresses]
    names += [x509.RFC822Name(email) for email in profile.emails]
    return x509.SubjectAlternativeName(names)


def purposes(profile: Profile) -> list[x509.ObjectIdentifier]:
    """What the certificate may be used for."""
    return [oid for wanted, oid in ((profile.server, SERVER), (profile.client, CLIENT)) if wanted]


def _builder(
    stack: Stack, profile: Profile, signer: Authority, public_key: PublicKey, not_after: datetime
) -> x509.CertificateBuilder:
    name, issuer = subject(stack, profile.common_name), signer.issuing
    builder = (
        unsigned(name, public_key, issuer.subject, id_of(issuer), not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(public_key, signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes(profile)), critical=False)
        .add_extension(alternatives(profile), critical=False)
    )
    base = stack.settings.certificates.crl_url
    return builder.add_extension(listed_at(base, ISSUING_LIST), critical=False) if base else builder


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
            "`invoke certs.rotate --ca issuing` puts a new one of the same root in its place.",
        )
    strange = outside(issuer, profile.common_name, list(alternatives(profile)))
    if strange:
        raise forbidden(profile.party, strange)


def forbidden(party: str, name: str) -> Failure:
    """The sentence for a name that the issuing CA may not sign for."""
    return refusal(
        f"{name!r} of {party} is not among the names that the stack's issuing CA may sign for.",
        "no certificate was issued; clients would refuse it.",
        "add it to bem:certificates.permitted in the stack's file, then `invoke certs.rotate --ca issuing`.",
    )
