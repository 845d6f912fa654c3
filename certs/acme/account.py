"""The account at ACME servers: one key a stack, encrypted, made once and never overwritten."""

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from certs.acme import place
from certs.turn import turn
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack

if TYPE_CHECKING:
    from josepy.jwk import JWKEC

KEY = "account.key"
KNOWN = "account.json"
"""In a server's folder: its answer to our registration. With it a lost key is told from one never made."""


def key(stack: Stack) -> "JWKEC":
    """The account's key, made at first use; the same for the rehearsal and for the real server.

    Raises:
        Failure: when it is lost, or cannot be opened.
    """
    from josepy.jwk import JWKEC  # noqa: PLC0415  # 0.1 s that `invoke --list` does not pay

    path = place.folder(stack) / KEY
    with turn(path.parent / ".account.lock"):
        return JWKEC(key=_opened(stack, path) if path.exists() else _made(stack, path))


def thumbprint(stack: Stack) -> str:
    """What the load balancer answers challenges with: the key's digest (RFC 7638), which is no secret.

    Raises:
        Failure: when the key is lost, or cannot be opened.
    """
    from josepy.b64 import b64encode  # noqa: PLC0415

    return b64encode(key(stack).thumbprint()).decode()


def _made(stack: Stack, path: Path) -> ec.EllipticCurvePrivateKey:
    if any(path.parent.glob(f"*/{KNOWN}")):
        raise Failure(
            f"the key of the ACME account is gone: {path}.",
            "the public certificate serves until it expires, and cannot be renewed.",
            f"copy it back from the recovery kit; or remove the folders beside it for an account that is new,"
            f" then `invoke up --stack {stack.name}`.",
        )
    made = ec.generate_private_key(ec.SECP256R1())
    passphrase = custodian.secret(stack, custodian.ACME_PASSPHRASE).encode()
    encryption = BestAvailableEncryption(passphrase)
    custodian.write_private(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return made


def _opened(stack: Stack, path: Path) -> ec.EllipticCurvePrivateKey:
    passphrase = custodian.secret_path(stack, custodian.ACME_PASSPHRASE)
    try:
        found = load_pem_private_key(path.read_bytes(), passphrase.read_text().strip().encode())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(path, passphrase) from error
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise _unreadable(path, passphrase)
    return found


def _unreadable(path: Path, passphrase: Path) -> Failure:
    return Failure(
        f"the key of the ACME account, {path}, cannot be opened with {passphrase.name}.",
        "the public certificate serves until it expires, and cannot be renewed.",
        f"copy both back from the recovery kit, {passphrase.name} to {passphrase}; nothing was overwritten.",
    )
