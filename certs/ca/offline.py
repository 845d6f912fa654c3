"""The root in one file that leaves the host: encrypted with a passphrase, or to an age recipient."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.ca.keys import PRIVATE_KEYS, PrivateKey, private_pem
from certs.ca.signature import pem
from operation import age
from operation.custodian import write_private
from operation.failure import Failure, refusal

KEY_BEGINS = b"-----BEGIN"
SHORTEST_PASSPHRASE = 16
"""Characters: whoever finds the file may guess for ten years."""


@dataclass(frozen=True)
class Seal:
    """How an exported root is closed or opened; one of the three.

    Attributes:
        passphrase: for both.
        recipient: whom age encrypts to.
        identity: what age decrypts with.
    """

    passphrase: bytes = b""
    recipient: str = ""
    identity: str = ""


def write(path: Path, root: x509.Certificate, key: PrivateKey, seal: Seal) -> None:
    """Writes root and key into a new file, mode 0600, and reads it back.

    Raises:
        Failure: when the file is there already, its folder is not, or the recipient is none.
    """
    refuse_existing(path)
    content = _closed(root, key, seal)
    try:
        write_private(path, content)
        whole = path.read_bytes() == content
    except OSError as error:
        raise refusal(f"{path} cannot be written: {error.strerror}.", remedy="give another file.") from error
    if not whole:
        raise Failure(
            f"{path} does not read back as it was written.", "nothing was removed.", "give another medium."
        )


def read(path: Path, seal: Seal) -> tuple[x509.Certificate, PrivateKey]:
    """The root and its key from an exported file.

    Raises:
        Failure: when it cannot be opened, or holds something else.
    """
    try:
        content = path.read_bytes()
        if content.startswith(age.BEGINS.encode()):
            content = age.by_identity(content, seal.identity)
        root = x509.load_pem_x509_certificate(content)
        key = load_pem_private_key(content[content.rindex(KEY_BEGINS) :], seal.passphrase or None)
    except OSError as error:
        raise _closed_for_us(path, str(error.strerror)) from error
    except (ValueError, TypeError) as error:
        raise _closed_for_us(
            path, "passphrase or identity do not open it, or it is no exported root"
        ) from error
    if not isinstance(key, PRIVATE_KEYS) or key.public_key() != root.public_key():
        raise _closed_for_us(path, "its key is not that of its certificate")
    return root, key


def refuse_existing(path: Path) -> None:
    """Goes on when a file of that name can be made.

    Raises:
        Failure: when it exists, or its folder does not.
    """
    if path.exists() or path.is_symlink():
        raise refusal(f"{path} is there already.", remedy="give another name; nothing is ever overwritten.")
    if not path.parent.is_dir():
        raise refusal(f"there is no folder {path.parent}.", remedy="make it, or give another.")


def _closed(root: x509.Certificate, key: PrivateKey, seal: Seal) -> bytes:
    if not seal.recipient:
        if len(seal.passphrase) < SHORTEST_PASSPHRASE:
            raise refusal(
                f"the passphrase has less than {SHORTEST_PASSPHRASE} characters.",
                remedy="take a longer one, or leave it out: one is made then.",
            )
        return pem(root) + private_pem(key, seal.passphrase)
    return age.to_recipients(pem(root) + private_pem(key), [seal.recipient])


def _closed_for_us(path: Path, why: str) -> Failure:
    return refusal(
        f"the root in {path} cannot be used: {why}.",
        remedy="give the file of `certs.init --export-root` with its --passphrase-file or --identity.",
    )
