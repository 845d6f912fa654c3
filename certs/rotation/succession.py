"""A succession: one issuing CA takes the place of another, as a pair, whenever it is killed."""

import shutil
from pathlib import Path

from cryptography import x509

from certs.pairs.statement import serial_of
from operation.custodian import write_private

PEM, KEY, LIST = "issuing.pem", "issuing.key", "issuing.crl"
NEXT = "issuing.next"
RETIRED = "retired"
"""Former issuing CAs, each with its key: their certificates may still have to be revoked."""


def succeed(folder: Path, chain: bytes, key: bytes) -> None:
    """Puts a new pair in the place of the present one, which is kept under `retired`.

    Args:
        folder: the authority's; its lock is held.
        chain: PEM of the new issuing CA, and of those above it but the root.
        key: PEM of its key, encrypted with the stack's passphrase.
    """
    _retire(folder)
    successor = folder / NEXT
    successor.mkdir(mode=0o700, exist_ok=True)
    write_private(successor / KEY, key)
    write_private(successor / PEM, chain)
    complete(folder)


def complete(folder: Path) -> None:
    """Ends a succession that was killed: forward when the new pair was whole, else back.

    The key is written first and moved first: a key alone was never whole, a certificate alone has its key in
    place already.
    """
    successor = folder / NEXT
    if not successor.exists():
        return
    if (successor / PEM).exists():
        if (successor / KEY).exists():
            (successor / KEY).replace(folder / KEY)
        (successor / PEM).replace(folder / PEM)
    shutil.rmtree(successor)


def retired(folder: Path) -> list[Path]:
    """Folders of former issuing CAs, each with `issuing.pem` and `issuing.key`."""
    return sorted(each for each in (folder / RETIRED).glob("*") if (each / PEM).exists())


def _retire(folder: Path) -> None:
    if not (folder / PEM).exists():
        return
    chain = (folder / PEM).read_bytes()
    place = folder / RETIRED / serial_of(x509.load_pem_x509_certificate(chain))
    place.parent.mkdir(mode=0o700, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    if (folder / LIST).exists():
        write_private(place / LIST, (folder / LIST).read_bytes())
    write_private(place / KEY, (folder / KEY).read_bytes())
    write_private(place / PEM, chain)
