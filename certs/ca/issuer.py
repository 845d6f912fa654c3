"""What the certificates of the stack's own CAs say."""

from datetime import timedelta

from cryptography import x509

from certs.ca.constraints import constraints
from certs.ca.keys import PrivateKey, PublicKey
from certs.ca.signature import id_of, key_id, listed_at, now, signed, subject, unsigned, usage
from certs.rotation import succession
from operation.stack import Stack

ROOT_LIST, ISSUING_LIST = "root.crl", succession.LIST
"""Files of the revocation lists, in DER as distribution points serve them (RFC 5280, section 4.2.1.13)."""

SHOWN_OCTETS = 4
"""Of a CA's key identifier in its name: generations of CAs, and their lists, are told apart by name."""


def root_certificate(stack: Stack, key: PrivateKey) -> x509.Certificate:
    """A root that signs itself, and may have one CA below it."""
    public_key = key.public_key()
    name = subject(stack, f"BEM {stack.name} root CA {key_id(public_key)[:SHOWN_OCTETS].hex()}")
    not_after = now() + timedelta(days=stack.settings.certificates.root_days)
    builder = unsigned(name, public_key, name, key_id(public_key), not_after)
    return signed(_for_certificates(builder, public_key, path_length=1), key)


def issuing_certificate(
    stack: Stack, public_key: PublicKey, root: x509.Certificate, root_key: PrivateKey
) -> x509.Certificate:
    """An issuing CA for the stack's names alone, with no CA below it, that ends no later than its root."""
    settings = stack.settings.certificates
    not_after = min(now() + timedelta(days=settings.issuing_days), root.not_valid_after_utc)
    name = subject(stack, f"BEM {stack.name} issuing CA {key_id(public_key)[:SHOWN_OCTETS].hex()}")
    builder = unsigned(name, public_key, root.subject, id_of(root), not_after)
    builder = _for_certificates(builder, public_key, path_length=0)
    builder = builder.add_extension(constraints(stack.name, settings), critical=True)
    if settings.crl_url:
        builder = builder.add_extension(listed_at(settings.crl_url, ROOT_LIST), critical=False)
    return signed(builder, root_key)


def _for_certificates(
    builder: x509.CertificateBuilder, public_key: PublicKey, path_length: int
) -> x509.CertificateBuilder:
    basic = x509.BasicConstraints(ca=True, path_length=path_length)
    return builder.add_extension(basic, critical=True).add_extension(
        usage(public_key, signs_certificates=True), critical=True
    )
