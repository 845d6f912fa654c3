"""One request and its answer: an id, a log line and a count, even when the application fails."""

import logging
import re
import time
import uuid
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.base.drain import Drain
from services.base.logs import REQUEST
from services.base.metrics import observe

LOG = logging.getLogger(__name__)
ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; logged only when the answer is bad."""

SUBJECT = "bem.subject"
"""Where the scope of a request says who asks."""


class Exchange:
    """Wraps the whole application; the outermost layer."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; other scopes pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = REQUEST.set(request_id(Headers(scope=scope).get("x-request-id")))
        try:
            await self._serve(scope, receive, send)
        finally:
            REQUEST.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.monotonic()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._mark(MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            LOG.exception("the application failed")
        finally:
            seconds = time.monotonic() - started
            observe(scope, status, seconds)
            _log(scope, status, seconds)

    def _mark(self, headers: MutableHeaders) -> None:
        headers["X-Request-ID"] = REQUEST.get()
        if self._drain.begun:
            headers["Connection"] = "close"


def request_id(passed: str | None) -> str:
    """The id that came with the request if it is a plain word, else a new one."""
    return passed if passed and ACCEPTED_ID.fullmatch(passed) else str(uuid.uuid4())


def _log(scope: Scope, status: int, seconds: float) -> None:
    if scope["path"] in PROBES and status == HTTPStatus.OK:
        return
    LOG.info(
        "request",
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            **({"subject": scope[SUBJECT]} if SUBJECT in scope else {}),
        },
    )
