"""What a person or a program outside is given: certificate, chain and key in one file, under a passphrase."""

from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)

from certs.ca.keys import PRIVATE_KEYS, private_pem
from certs.pairs.store import CERTIFICATE, KEY, Kept
from operation.failure import Failure

Format = Literal["pem", "p12"]
FORMATS: tuple[Format, ...] = ("pem", "p12")


def packed(kept: Kept, form: Format, passphrase: bytes) -> bytes:
    """The bundle of one pair, its key encrypted.

    Args:
        kept: which pair.
        form: `pem` for programs, `p12` (PKCS#12, AES-256) for browsers and systems.
        passphrase: opens it.

    Raises:
        Failure: when the pair's files are damaged.
    """
    try:
        chain = x509.load_pem_x509_certificates((kept.folder / CERTIFICATE).read_bytes())
        key = load_pem_private_key((kept.folder / KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(kept) from error
    if not isinstance(key, PRIVATE_KEYS) or key.public_key() != chain[0].public_key():
        raise _damaged(kept)
    if form == "pem":
        return (kept.folder / CERTIFICATE).read_bytes() + private_pem(key, passphrase)
    name = kept.profile.party.encode()
    return pkcs12.serialize_key_and_certificates(
        name, key, chain[0], chain[1:], BestAvailableEncryption(passphrase)
    )


def _damaged(kept: Kept) -> Failure:
    return Failure(
        f"the pair of {kept.profile.party} in {kept.folder} is not whole.",
        "nothing was exported.",
        f"`invoke certs.issue {kept.profile.party} --renew` makes a new one.",
    )
