"""The keys that sign tokens: on this host alone, mode 0600; services get the public halves.

A key is first made, then shown to the services, and signs only when all of them know it. When a younger one
signs, its private half is gone; its public half stays until the last token of it has ended.
"""

import base64
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operation import custodian
from operation.failure import Failure
from operation.stack import Stack

FILE = "token-keys"
LONGEST_MINUTES = 24 * 60
"""No token lives longer; so long an old key is still needed."""

MARGIN = 60
"""Seconds more, for clocks that differ."""


@dataclass(frozen=True)
class Key:
    """One key and what became of it.

    Attributes:
        kid: its name in tokens.
        public: 32 bytes, base64url.
        made: when, in seconds since 1970.
        private: 32 bytes, base64url; empty once a younger key signs.
        signs_since: when it began to sign; 0 before.
        replaced: when a younger one began to sign; 0 before.
    """

    kid: str
    public: str
    made: float
    private: str = ""
    signs_since: float = 0.0
    replaced: float = 0.0

    @property
    def state(self) -> str:
        """`waiting` to be known by the services, `signing`, or `old`: good for what it signed."""
        if self.replaced:
            return "old"
        return "signing" if self.signs_since else "waiting"

    @property
    def needed_until(self) -> float:
        """When the last token of an old key has ended, in seconds since 1970."""
        return self.replaced + LONGEST_MINUTES * 60 + MARGIN


def key_file(stack: Stack) -> Path:
    """Where a stack's keys lie."""
    return custodian.secret_path(stack, FILE)


def read(path: Path) -> tuple[Key, ...]:
    """The keys of a file, oldest first.

    Raises:
        Failure: when it is not there or not whole.
    """
    try:
        return tuple(Key(**row) for row in json.loads(path.read_text())["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(
            f"the keys of tokens cannot be read from {path} ({type(error).__name__}).",
            "no token can be issued; those that are out go on working.",
            "`invoke up` makes keys for a new stack; else bring the file back from its copy, or remove it "
            "and `invoke up`: every token is void then.",
        ) from error


def keys_of(stack: Stack) -> tuple[Key, ...]:
    """A stack's keys, the first of them made (and signing at once) when there is none yet.

    Two processes at once end with the same key.
    """
    first = replace(new_key(), signs_since=time.time())
    custodian.secret(stack, FILE, lambda: text((first,)))
    return read(key_file(stack))


def write(stack: Stack, keys: Sequence[Key]) -> None:
    """Puts other keys in their place, at once and whole."""
    custodian.write_private(key_file(stack), text(keys).encode())


def text(keys: Sequence[Key]) -> str:
    """Keys as their file holds them."""
    return json.dumps({"keys": [asdict(key) for key in keys]}, indent=1)


def new_key() -> Key:
    """A key that nobody knows yet."""
    private = Ed25519PrivateKey.generate()
    return Key(
        kid=secrets.token_hex(4),
        public=_encoded(private.public_key().public_bytes_raw()),
        private=_encoded(private.private_bytes_raw()),
        made=time.time(),
    )


def signing(keys: Sequence[Key]) -> Key:
    """The key that signs.

    Raises:
        Failure: when there is none.
    """
    able = [key for key in keys if key.state == "signing" and key.private]
    if not able:
        raise Failure("no key signs tokens.", remedy="`invoke token.rotate` makes one.")
    return able[-1]


def with_waiting(keys: Sequence[Key]) -> tuple[Key, ...]:
    """With a key that is to sign next; the one that an interrupted rotation left, where there is one."""
    if any(key.state == "waiting" for key in keys):
        return tuple(keys)
    return (*keys, new_key())


def promoted(keys: Sequence[Key], now: float) -> tuple[Key, ...]:
    """The youngest key signs from now on; the private halves of all others are gone."""
    *older, youngest = keys
    return (
        *(replace(key, private="", replaced=key.replaced or now) for key in older),
        replace(youngest, signs_since=youngest.signs_since or now),
    )


def needed(keys: Sequence[Key], now: float) -> tuple[Key, ...]:
    """Without those whose last token has ended."""
    return tuple(key for key in keys if key.state != "old" or key.needed_until > now)


def jwks(keys: Sequence[Key]) -> str:
    """The public halves, as services read them (RFC 8037)."""
    rows = [
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key.kid, "x": key.public}
        for key in keys
    ]
    return json.dumps({"keys": rows})


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
