"""Tokens as our own clients carry them."""

import time
from collections.abc import Generator, Sequence
from pathlib import Path

import httpx

from operation.stack import Stack
from tokens.issue import DEFAULT_MINUTES, issued
from tokens.keys import key_file

ITEMS = ("items:read", "items:write")


class Bearer(httpx.Auth):
    """Lets a client of this host carry a token, and renews it before it ends, however long it works.

    Args:
        keys: the stack's file of keys.
        subject: who asks.
        scopes: what for.
        minutes: how long one token lives; a new one is taken after two thirds of it.
    """

    def __init__(
        self,
        keys: Path,
        subject: str,
        scopes: Sequence[str] = ITEMS,
        minutes: float = DEFAULT_MINUTES,
    ) -> None:
        self._keys, self._subject, self._scopes, self._minutes = keys, subject, scopes, minutes
        self._token, self._renew = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See `httpx.Auth`."""
        now = time.time()
        if now >= self._renew:
            self._token = issued(self._keys, self._subject, self._scopes, self._minutes)
            self._renew = now + self._minutes * 40
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def bearer(stack: Stack, subject: str, scopes: Sequence[str] = ITEMS) -> Bearer:
    """A stack's own client."""
    return Bearer(key_file(stack), subject, scopes)
