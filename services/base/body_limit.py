"""The largest body that is read at all."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.base.problems import Problem, problem

LARGEST = 64 * 1024
"""Bytes of a request's body."""

CLOSE = {"Connection": "close"}


class BodyLimit:
    """Refuses larger bodies, by their announced length or while they come in.

    Args:
        app: what it stands before.
        other: bytes of the largest body by path, where it is not `LARGEST`.
    """

    def __init__(self, app: ASGIApp, other: Mapping[str, int] | None = None) -> None:
        self._app, self._other = app, other or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; other scopes pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._other.get(scope["path"], LARGEST)
        if _announced(scope) > largest:
            too_large = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _detail(largest), CLOSE)
            await too_large(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, largest), send)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _detail(largest: int) -> str:
    return f"the body must not exceed {largest} bytes"


def _counted(receive: Receive, largest: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > largest:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _detail(largest), CLOSE)
        return message

    return counted
