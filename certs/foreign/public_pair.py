"""The pair of another CA that clients are shown: ACME's, or the one of `certs.import --public`."""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.acme import place as acme
from certs.ca.signature import now
from certs.pairs.leaf import Leaf
from certs.pairs.profile import Profile
from operation.stack import Stack

PLACE = "public"
"""Name of a symlink, so that no half of a pair is ever found: `certs/acme/public`, or `certs/public`."""

CERTIFICATE, KEY, ROOT = "cert.pem", "key.pem", "root.pem"


def folder(stack: Stack) -> Path:
    """Where the pair is that the stack's file asks for."""
    certificates = stack.folder / "certs"
    return (certificates if stack.settings.certificates.imported else acme.folder(stack)) / PLACE


def certificate(stack: Stack) -> x509.Certificate | None:
    """The pair's certificate, however old; None when there is none, or its halves do not belong together."""
    place = folder(stack)
    try:
        leaf = x509.load_pem_x509_certificate((place / CERTIFICATE).read_bytes())
        key = load_pem_private_key((place / KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None
    return leaf if key.public_key() == leaf.public_key() else None


def serving(stack: Stack, at: datetime | None = None) -> x509.Certificate | None:
    """The certificate when it may serve: it has begun, and not expired. Else our own CA's has to."""
    found = certificate(stack)
    at = at or now()
    return found if found and found.not_valid_before_utc <= at < found.not_valid_after_utc else None


def shown(stack: Stack, profile: Profile, own: Leaf) -> bytes:
    """Chain and key that clients of the platform are shown: the public pair's while it is good, else ours."""
    if not (profile.public and serving(stack)):
        return own.chain + own.key
    chain, key = ((folder(stack) / name).read_bytes() for name in (CERTIFICATE, KEY))
    return chain.rstrip() + b"\n" + key


def remedy(stack: Stack) -> str:
    """The command that gets one where there is none that is good."""
    imported = stack.settings.certificates.imported
    return "invoke certs.import --public" if imported else "invoke certs.acme"
