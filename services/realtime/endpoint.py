"""`/ws`: from the handshake to the end of one connection. Nothing in between closes with 1011."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from services.base.drain import Drain
from services.base.exchange import request_id
from services.base.logs import REQUEST
from services.realtime import counters
from services.realtime.bucket import Bucket
from services.realtime.configuration import Configuration
from services.realtime.connection import Connection
from services.realtime.credentials import PROTOCOL, token_of
from services.realtime.fault import Fault
from services.realtime.handling import Handling
from services.realtime.hub import Hub
from services.realtime.reading import read
from services.realtime.server_messages import Authenticated
from services.realtime.session import TRY_AGAIN_LATER, Session

LOG = logging.getLogger(__name__)

UNAUTHENTICATED = 4401
POLICY = 1008
SERVICE_RESTART = 1012
RESTARTS = "this replica stops; resume with the token"


@dataclass(eq=False)
class Endpoint:
    """The ASGI application of the WebSocket.

    Attributes:
        sessions: all that are open.
    """

    hub: Hub
    handling: Handling
    configuration: Configuration
    drain: Drain
    sessions: set[Session] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        headers = Headers(scope=scope)
        token = REQUEST.set(request_id(headers.get("x-request-id")))
        await receive()
        await send({"type": "websocket.accept", "subprotocol": _protocol(scope)})
        connection: Connection = scope["state"]["connection"]
        await connection.opened()
        session = self._session(connection)
        try:
            self._admit(session, scope, headers)
            await self._listen(session, receive)
        except Exception:
            LOG.exception("a connection failed")
            session.leave(SERVICE_RESTART, "the service failed; resume with the token")
        finally:
            session.forget()
            self.sessions.discard(session)
            counters.CONNECTIONS.set(len(self.sessions))
            REQUEST.reset(token)

    def _session(self, connection: Connection) -> Session:
        bucket = Bucket(self.configuration.messages_per_second, time.monotonic())
        session = Session(connection, self.hub, bucket, self.configuration.send_buffer)
        self.sessions.add(session)
        counters.CONNECTIONS.set(len(self.sessions))
        return session

    def _admit(self, session: Session, scope: Scope, headers: Mapping[str, str]) -> None:
        """Lets the client in, closes, or leaves it to a first message."""
        if self.drain.begun:
            session.leave(SERVICE_RESTART, RESTARTS)
        elif len(self.sessions) > self.configuration.max_connections:
            session.answer(Fault("full", "this replica has as many connections as it takes").answer())
            session.leave(TRY_AGAIN_LATER, "too many connections; try again later")
        else:
            self._recognise(session, scope, headers)

    def _recognise(self, session: Session, scope: Scope, headers: Mapping[str, str]) -> None:
        try:
            token = token_of(scope, headers)
            if token is not None:
                claims = session.claims = self.handling.claims(token)
                session.answer(Authenticated(subject=claims.subject, expires=claims.expires))
        except Fault as fault:
            session.answer(fault.answer())
            session.leave(UNAUTHENTICATED, fault.reason)

    async def _listen(self, session: Session, receive: Receive) -> None:
        """Answers each message, to the end of the connection; after the goodbye it only waits for that."""
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            if not session.left:
                await self._hear(session, event.get("text"), event.get("bytes"))

    async def _hear(self, session: Session, text: str | None, data: bytes | None) -> None:
        """The boundary: whatever goes wrong with a message is answered, and the connection stays."""
        name = None
        session.heard = time.monotonic()
        try:
            self._charge(session, len(text or data or ""))
            if text is None:
                raise Fault("binary", "a message is JSON text")  # noqa: TRY301  # one boundary for all
            said = read(text)
            name = said.id
            counters.RECEIVED.labels(type(said).__name__.lower()).inc()
            session.answer(await self.handling.handle(session, said))
        except Fault as fault:
            session.answer(fault.answer(name))
            self._judge(session, fault)
        except ConnectionError:
            session.forget()
        except Exception:
            LOG.exception("a message failed")
            session.answer(Fault("internal", "the service failed; its log has the reason").answer(name))

    def _charge(self, session: Session, size: int) -> None:
        wait = session.bucket.take(size, time.monotonic())
        if wait:
            details: dict[str, JsonValue] = {"retry_after": round(wait, 3)}
            raise Fault("rate_limited", "too much at once; this was not looked at", details=details)

    def _judge(self, session: Session, fault: Fault) -> None:
        """A few faults close after all."""
        if session.bucket.abused:
            session.leave(POLICY, "too much for too long")
        elif fault.code == "unauthenticated" and session.claims is None:
            session.leave(UNAUTHENTICATED, fault.reason)


def _protocol(scope: Scope) -> str | None:
    return PROTOCOL if PROTOCOL in scope["subprotocols"] else None
