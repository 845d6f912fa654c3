"""Tokens as they are issued."""

import base64
import time
from collections.abc import Sequence
from pathlib import Path

from operation.failure import refusal
from tokens.keys import LONGEST_MINUTES, read, signing

SCOPES = ("items:read", "items:write", "pulses:write", "realtime", "status:read")
DEFAULT_MINUTES = 15
LONGEST_SUBJECT = 64


def issued(keys: Path, subject: str, scopes: Sequence[str], minutes: float = DEFAULT_MINUTES) -> str:
    """A token, signed by the key that signs now.

    Raises:
        Failure: when subject, scopes or minutes cannot be, or no key can be read.
    """
    import jwt  # noqa: PLC0415  # `invoke --list` needs none
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    _check(subject, scopes, minutes)
    key, now = signing(read(keys)), int(time.time())
    private = base64.urlsafe_b64decode(key.private + "=")
    said = {
        "iss": "bem",
        "aud": "bem",
        "sub": subject,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + int(minutes * 60),
    }
    return jwt.encode(
        said, Ed25519PrivateKey.from_private_bytes(private), algorithm="EdDSA", headers={"kid": key.kid}
    )


def _check(subject: str, scopes: Sequence[str], minutes: float) -> None:
    if not (0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()):
        raise refusal(
            "a token needs a subject of 1 to 64 printable characters.",
            remedy="say who will carry it: --subject alice",
        )
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise refusal(
            f"there is no scope {unknown[0]!r}." if unknown else "a token needs a scope.",
            remedy=f"known scopes: {', '.join(SCOPES)}; several with commas between.",
        )
    if not 0 < minutes <= LONGEST_MINUTES:
        raise refusal(
            f"a token lives 1 to {LONGEST_MINUTES} minutes, not {minutes}.", remedy="issue another one later."
        )
