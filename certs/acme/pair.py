"""ACME's pair in the local store: `certs/acme/public`, a symlink, so that no half of a pair is ever found."""

import shutil

from cryptography import x509
from pydantic import BaseModel

from certs.acme import place
from certs.foreign.public_pair import CERTIFICATE, KEY, PLACE
from certs.pairs.statement import serial_of
from operation.custodian import write_private
from operation.stack import Stack

ISSUED, ORIGIN = "issued", "origin.json"


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


def origin(stack: Stack) -> Origin | None:
    """Where the pair came from; None when nobody knows."""
    try:
        return Origin.model_validate_json((place.folder(stack) / PLACE / ORIGIN).read_bytes())
    except (OSError, ValueError):
        return None
