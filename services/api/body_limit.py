"""The largest body that is read at all."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import Problem, problem

LARGEST = 64 * 1024
"""Bytes of a request's body."""

DETAIL = f"the body must not exceed {LARGEST} bytes"
CLOSE = {"Connection": "close"}


class BodyLimit:
    """Refuses larger bodies, by their announced length or while they come in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; other scopes pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _announced(scope) > LARGEST:
            await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, DETAIL, CLOSE)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive), send)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _counted(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, DETAIL, CLOSE)
        return message

    return counted
