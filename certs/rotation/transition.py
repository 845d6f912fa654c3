"""Two CAs at once: who is trusted beside the stack's own, while one takes the place of another.

`trusted/` holds certificates and revocation lists of the CA that comes, or of the one that goes.
"""

import shutil
from pathlib import Path

from cryptography import x509

from certs.ca import key_file
from certs.ca.signature import pem
from certs.revocation import crl
from operation.custodian import write_private

TRUSTED = "trusted"
CERTIFICATES, LISTS = ".pem", ".crl"


def trust(folder: Path, name: str, cas: tuple[x509.Certificate, ...], lists: bytes) -> None:
    """Trusts further CAs from the next delivery on; their lists are there before them.

    Args:
        folder: the authority's.
        name: by which they are dropped again.
        cas: root and issuing CA.
        lists: their revocation lists (PEM).
    """
    place = folder / TRUSTED
    place.mkdir(mode=0o700, exist_ok=True)
    write_private(place / f"{name}{LISTS}", lists)
    write_private(place / f"{name}{CERTIFICATES}", pem(*cas))


def drop(folder: Path, name: str) -> None:
    """Trusts them no more from the next delivery on."""
    (folder / TRUSTED / f"{name}{CERTIFICATES}").unlink(missing_ok=True)
    (folder / TRUSTED / f"{name}{LISTS}").unlink(missing_ok=True)


def trusted(folder: Path) -> tuple[x509.Certificate, ...]:
    """CAs that are trusted beside the stack's own."""
    found = sorted((folder / TRUSTED).glob(f"*{CERTIFICATES}"))
    return tuple(each for path in found for each in key_file.certificates(path))


def lists(folder: Path) -> list[x509.CertificateRevocationList]:
    """Their revocation lists."""
    return [each for path in sorted((folder / TRUSTED).glob(f"*{LISTS}")) for each in crl.bundle(path)]


def forget(folder: Path, name: str) -> None:
    """Removes a folder of the authority's with everything in it, keys first to go."""
    place = folder / name
    for key in place.glob("*.key"):
        key.unlink()
    shutil.rmtree(place, ignore_errors=True)
