"""ACME's pair in the local store: `certs/acme/public`, a symlink, so that no half of a pair is ever found."""

import shutil
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel

from certs.acme import place
from certs.leaf import Leaf
from certs.profile import Profile
from certs.signature import now
from certs.statement import serial_of
from operation.custodian import write_private
from operation.stack import Stack

PLACE, ISSUED = "public", "issued"
CERTIFICATE, KEY, ORIGIN = "cert.pem", "key.pem", "origin.json"


class Origin(BaseModel):
    """Where a pair came from.

    Attributes:
        url: of the server's directory.
        names: that were asked for.
    """

    url: str
    names: tuple[str, ...]


def keep(stack: Stack, chain: bytes, key: bytes, origin: Origin) -> x509.Certificate:
    """Keeps a pair; a kill at any moment leaves the old one or the new one."""
    leaf = x509.load_pem_x509_certificate(chain)
    folder = place.folder(stack)
    fresh = stack.make_folder("certs", place.FOLDER, ISSUED) / serial_of(leaf)
    write_private(fresh / KEY, key)
    write_private(fresh / CERTIFICATE, chain)
    write_private(fresh / ORIGIN, origin.model_dump_json(indent=2).encode())
    successor = folder / f".{PLACE}.next"
    successor.unlink(missing_ok=True)
    successor.symlink_to(fresh.relative_to(folder))
    if (folder / PLACE).is_dir() and not (
        folder / PLACE
    ).is_symlink():  # from a copy that followed the symlink
        shutil.rmtree(folder / PLACE)
    successor.replace(folder / PLACE)
    for each in fresh.parent.iterdir():
        if each != fresh:
            shutil.rmtree(each)
    return leaf


def certificate(stack: Stack) -> x509.Certificate | None:
    """The pair's certificate, however old; None when there is none, or its halves do not belong together."""
    folder = _folder(stack)
    try:
        leaf = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
        key = load_pem_private_key((folder / KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return None
    return leaf if key.public_key() == leaf.public_key() else None


def origin(stack: Stack) -> Origin | None:
    """Where the pair came from; None when nobody knows."""
    try:
        return Origin.model_validate_json((_folder(stack) / ORIGIN).read_bytes())
    except (OSError, ValueError):
        return None


def serving(stack: Stack, at: datetime | None = None) -> x509.Certificate | None:
    """The certificate when it may serve: it has begun, and not expired. Else our own CA's has to."""
    found = certificate(stack)
    at = at or now()
    return found if found and found.not_valid_before_utc <= at < found.not_valid_after_utc else None


def public(stack: Stack, profile: Profile, own: Leaf) -> bytes:
    """Chain and key that clients of the platform are shown: ACME's while there are some, else our own."""
    if not (profile.public and serving(stack)):
        return own.chain + own.key
    chain, key = ((_folder(stack) / name).read_bytes() for name in (CERTIFICATE, KEY))
    return chain.rstrip() + b"\n" + key


def _folder(stack: Stack) -> Path:
    return stack.folder / "certs" / place.FOLDER / PLACE
