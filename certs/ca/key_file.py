"""Keys of CAs in files: encrypted with the stack's passphrase, read or told why not."""

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.ca.keys import PRIVATE_KEYS, PrivateKey, new_key, private_pem
from infra.sections.certificates import KeyType
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack


def passphrase_of(stack: Stack, *, keys_exist: bool) -> bytes:
    """What the keys of a stack's CAs are encrypted with; made when there are no keys yet.

    Raises:
        Failure: when it must have existed and does not.
    """
    path = custodian.secret_path(stack, custodian.CA_PASSPHRASE)
    if keys_exist and not path.exists():
        raise Failure(
            f"the passphrase of the keys in {stack.folder / 'certs'} is gone.",
            "no certificate can be issued or renewed.",
            f"copy {path.name} back from the recovery kit to {path}.",
        )
    return custodian.secret(stack, custodian.CA_PASSPHRASE).encode()


def made(path: Path, passphrase: bytes, kind: KeyType) -> PrivateKey:
    """A new key, kept in that file."""
    key = new_key(kind)
    custodian.write_private(path, private_pem(key, passphrase))
    return key


def read(path: Path, passphrase: bytes) -> PrivateKey:
    """The key in that file.

    Raises:
        Failure: when it cannot be read.
    """
    try:
        loaded = load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise unusable(path, "is the passphrase beside it another stack's?") from error
    if not isinstance(loaded, PRIVATE_KEYS):
        raise unusable(path, "it is a key of a kind that signs nothing here")
    return loaded


def certificates(path: Path) -> list[x509.Certificate]:
    """The certificates in that file, one at least.

    Raises:
        Failure: when it holds none.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise unusable(path, "it holds no certificate") from error


def belongs(certificate: x509.Certificate, key: PrivateKey, path: Path) -> None:
    """Goes on when that is the certificate's key.

    Raises:
        Failure: when it is not.
    """
    if certificate.public_key() != key.public_key():
        raise unusable(path, f"it is not the key of {path.with_suffix('.pem').name}")


def unusable(path: Path, why: str) -> Failure:
    """The sentence for a file of the authority that is no good."""
    return Failure(
        f"the certificate authority's {path} cannot be used: {why}.",
        "certificates that are out go on working, but no new one can be issued.",
        "copy certs and secrets/ca-passphrase back from the recovery kit; nothing was overwritten.",
    )
