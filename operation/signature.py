"""Signatures of evidence: one Ed25519 key a stack, and beside each file what was signed of it.

A signature tells that a file is as this stack wrote it. Whoever has the stack's secrets can sign anything.
"""

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from operation.custodian import EVIDENCE_KEY, secret, secret_path, write_private
from operation.failure import Failure
from operation.stack import Stack

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SUFFIX = ".sig"
"""Of the file beside: 64 octets (RFC 8032, section 5.1.6), as `openssl pkeyutl -rawin` takes them."""
PUBLIC = "evidence-key.pem"
"""The public half, in the stack's folder, for those who check without us."""
SHOWN = 16
"""Hexadecimal digits of a key's digest that tell it from others."""


def write_signed(stack: Stack, path: Path, content: bytes) -> None:
    """Writes a file, mode 0600, with its signature beside it.

    The signature lies there first: a kill leaves no file that looks as if its signature had been taken away.

    Raises:
        Failure: when the stack's key is damaged.
    """
    write_private(beside(path), sign(stack, content))
    write_private(path, content)


def sign_beside(stack: Stack, path: Path) -> None:
    """Signs a file as it lies there.

    Raises:
        Failure: when the stack's key is damaged.
        OSError: when the file cannot be read.
    """
    write_private(beside(path), sign(stack, path.read_bytes()))


def sign(stack: Stack, content: bytes) -> bytes:
    """The signature over these octets.

    Raises:
        Failure: when the stack's key is damaged.
    """
    return _ready(stack).sign(content)


def signing_key(stack: Stack) -> "Ed25519PublicKey":
    """The public half of the key that signs; made at first use, and exported.

    Raises:
        Failure: when the stack's key is damaged.
    """
    return _ready(stack).public_key()


def public_key(stack: Stack) -> "Ed25519PublicKey":
    """What the stack's signatures are checked with.

    The secret counts; where only the exported half is, as in a copy of the folder, that does.

    Raises:
        Failure: when there is neither, or it is damaged.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    if (stack.folder / "secrets" / EVIDENCE_KEY).exists():
        return _private(stack).public_key()
    try:
        found = load_pem_public_key(exported_path(stack).read_bytes())
    except (OSError, ValueError) as error:
        raise _no_key(exported_path(stack)) from error
    if not isinstance(found, Ed25519PublicKey):
        raise _no_key(exported_path(stack))
    return found


def complaint(key: "Ed25519PublicKey", content: bytes, signature: bytes | None) -> str:
    """What is wrong with a signature, to be read behind the file's name; empty when it holds."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    if signature is None:
        return "has no signature beside it"
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return f"was changed, or key {name_of(key)} did not sign it"
    return ""


def complaint_of(key: "Ed25519PublicKey", path: Path) -> str:
    """The same for a file with its signature beside it.

    Raises:
        OSError: when the file itself cannot be read.
    """
    return complaint(key, path.read_bytes(), signature_of(path))


def signature_of(path: Path) -> bytes | None:
    """What lies beside a file; None when nothing does."""
    try:
        return beside(path).read_bytes()
    except FileNotFoundError:
        return None


def beside(path: Path) -> Path:
    """Where a file's signature lies."""
    return path.with_name(path.name + SUFFIX)


def name_of(key: "Ed25519PublicKey") -> str:
    """Begin of the SHA-256 of the key's DER form: `openssl pkey -pubin -outform DER | sha256sum`."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    octets = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(octets).hexdigest()[:SHOWN]


def exported_path(stack: Stack) -> Path:
    """Where the public half lies."""
    return stack.folder / PUBLIC


def _ready(stack: Stack) -> "Ed25519PrivateKey":
    secret(stack, EVIDENCE_KEY)
    private = _private(stack)
    pem, exported = _pem(private.public_key()), exported_path(stack)
    if not exported.exists() or exported.read_bytes() != pem:
        write_private(exported, pem)
    return private


def _private(stack: Stack) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    path = secret_path(stack, EVIDENCE_KEY)
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(path.read_text().strip() + "="))
    except ValueError as error:
        raise Failure(
            f"{path} is damaged.",
            "no evidence can be signed or checked.",
            "bring it back from its copy. Without one: move it away, and a new key signs from then on.",
        ) from error


def _pem(key: "Ed25519PublicKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _no_key(path: Path) -> Failure:
    return Failure(
        f"the key that checks evidence cannot be read from {path}.",
        "nobody can tell whether anything was changed.",
        f"bring it, or `secrets/{EVIDENCE_KEY}`, back from a copy.",
    )
