"""Who asks, and what they may do: short-lived tokens, signed with Ed25519, checked with public keys alone."""

import json
import logging
import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG = logging.getLogger(__name__)

KEYS = Path("/run/secrets/token-keys")
"""A JWK set of public keys."""

ISSUER = AUDIENCE = "bem"
ALGORITHM = "EdDSA"
"""The only one: a token does not choose how it is checked (RFC 8725, 3.1)."""

LEEWAY = 5
"""Seconds that clocks of hosts may differ."""

LONGEST = 4096
"""Characters of a token that is looked at."""

REMEMBERED = 1024
"""Tokens whose signature is not checked again; the oldest is forgotten first."""

NEEDED = ["exp", "iat", "iss", "aud", "sub", "scope"]


@dataclass(frozen=True)
class Claims:
    """What a good token says.

    Attributes:
        subject: who asks.
        scopes: what they may do.
        expires: when it ends, in seconds since 1970.
    """

    subject: str
    scopes: frozenset[str]
    expires: int


class Refused(Exception):  # noqa: N818  # the noun that the answer carries
    """A token that opens nothing here; the reason never repeats it.

    Attributes:
        reason: one sentence.
        error: the code of RFC 6750, 3.1.
    """

    error = "invalid_token"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Insufficient(Refused):
    """A good token that may not do this."""

    error = "insufficient_scope"


class Verifier:
    """Checks tokens with the keys that the file holds now.

    Raises:
        OSError: when the file of keys cannot be read at the start.
        ValueError: when it holds no usable key then.
    """

    def __init__(self, keys: Path = KEYS) -> None:
        self._path = keys
        self._seen = _version(keys)
        self._keys = public_keys(keys.read_text())
        self._good: OrderedDict[str, Claims] = OrderedDict()

    def verify(self, token: str, scope: str) -> Claims:
        """What a token says, if it is good now and holds the scope (empty: any will do).

        Raises:
            Refused: when it is not; `Insufficient` when only the scope is missing.
        """
        self._refresh()
        claims = self._good.get(token)
        if claims is None:
            claims = self._checked(token)
            self._good[token] = claims
            if len(self._good) > REMEMBERED:
                self._good.popitem(last=False)
        if claims.expires <= time.time() - LEEWAY:
            self._good.pop(token, None)
            raise Refused("the token has expired")
        if scope and scope not in claims.scopes:
            raise Insufficient(f"the token lacks the scope {scope}")
        return claims

    def _checked(self, token: str) -> Claims:
        if len(token) > LONGEST:
            raise Refused("the token is too long")
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header)
            said = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": NEEDED},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise Refused(_reason(error)) from None
        return _claims(said)

    def _key(self, header: dict[str, Any]) -> Ed25519PublicKey:
        if header.get("alg") != ALGORITHM:
            raise jwt.InvalidAlgorithmError
        if "crit" in header:
            raise Refused("the token has a header that nobody here understands")
        key = self._keys.get(str(header.get("kid")))
        if key is None:
            raise Refused("the token's key is not known here")
        return key

    def _refresh(self) -> None:
        """Reads the keys again when the file is another one; what cannot be read changes nothing."""
        try:
            version = _version(self._path)
            if version == self._seen:
                return
            self._seen = version
            self._keys = public_keys(self._path.read_text())
        except (OSError, ValueError) as error:
            LOG.error("token keys cannot be read, the old ones serve on", extra={"reason": str(error)})  # noqa: TRY400
        else:
            self._good.clear()
            LOG.info("token keys read again", extra={"keys": sorted(self._keys)})


def public_keys(text: str) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys of a JWK set, by their `kid`; others are passed over.

    Raises:
        ValueError: when there is none.
    """
    try:
        rows = [row for row in json.loads(text)["keys"] if row.get("crv") == "Ed25519" and row.get("kid")]
        keys = {str(row["kid"]): jwt.PyJWK(row, algorithm=ALGORITHM).key for row in rows}
    except (jwt.PyJWTError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no JWK set: {type(error).__name__}") from error
    found = {name: key for name, key in keys.items() if isinstance(key, Ed25519PublicKey)}
    if not found:
        raise ValueError("the JWK set holds no public Ed25519 key")
    return found


def _version(path: Path) -> tuple[int, int, int]:
    status = os.stat(path)  # noqa: PTH116  # a microsecond for each request, Path.stat takes two
    return status.st_mtime_ns, status.st_ino, status.st_size


def _claims(said: dict[str, Any]) -> Claims:
    subject, scope = said["sub"], said["scope"]
    if not (isinstance(subject, str) and subject and isinstance(scope, str)):
        raise Refused("the token names no subject or no scope")
    return Claims(subject, frozenset(scope.split()), int(said["exp"]))


REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "the token has expired"),
    (jwt.ImmatureSignatureError, "the token is not valid yet"),
    (jwt.InvalidAudienceError, "the token is for somebody else"),
    (jwt.InvalidIssuerError, "the token was issued by somebody else"),
    (jwt.MissingRequiredClaimError, "the token lacks a claim that is needed"),
    (jwt.InvalidSignatureError, "the token's signature is wrong"),
    (jwt.InvalidAlgorithmError, "the token is not signed with EdDSA"),
)


def _reason(error: Exception) -> str:
    for kind, words in REASONS:
        if isinstance(error, kind):
            return words
    return "this is no token"
