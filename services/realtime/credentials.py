"""Where a client's token may be in the handshake."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.types import Scope

from services.realtime.fault import Fault

PROTOCOL = "bem.v1"
"""The subprotocol that is agreed upon, where a client offers any."""

BEARER = "bearer."
"""Before a token that is offered as a subprotocol: a browser can send it in no other header."""


def token_of(scope: Scope, headers: Mapping[str, str]) -> str | None:
    """The token; None when there is none yet.

    Raises:
        Fault: when it is where it must not be, or no bearer token.
    """
    if "token" in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        raise Fault(
            "unauthenticated", "a token in the address ends in logs; send it as a header or a message"
        )
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not token.strip():
            raise Fault("unauthenticated", "Authorization must be a bearer token")
        return token.strip()
    offered = [name.removeprefix(BEARER) for name in scope["subprotocols"] if name.startswith(BEARER)]
    return offered[0] if offered else None
