"""What each message of a client does."""

import time
import uuid
from functools import singledispatchmethod

from pydantic import ValidationError

from services.base.logs import REQUEST
from services.base.tokens import Claims, Refused, Verifier
from services.realtime.client_messages import (
    CHANNELS,
    PLACES,
    Auth,
    Ping,
    Publish,
    Pulse,
    Resume,
    Said,
    Subscribe,
    Unsubscribe,
)
from services.realtime.fault import Fault
from services.realtime.hub import Hub, message_frame
from services.realtime.positions import Position, opened, position, word
from services.realtime.server_messages import (
    Answer,
    Authenticated,
    Pong,
    Published,
    PulseAccepted,
    Resumed,
    Subscribed,
    Unsubscribed,
)
from services.realtime.session import Session
from services.realtime.streams import PAGE, Page, Streams

SCOPE = "realtime"
PULSE_SCOPE = "pulses:write"
SERVICES_ONLY = ("pulses", "training")
"""Channels that services write to, and those below them: clients may only listen."""


class Handling:
    """Does what a message asks for and gives the answer; raises `Fault` when it does not."""

    def __init__(self, hub: Hub, streams: Streams, verifier: Verifier) -> None:
        self._hub = hub
        self._streams = streams
        self._verifier = verifier

    async def handle(self, session: Session, said: Said) -> Answer:
        """The answer to a message.

        Raises:
            Fault: what goes into the error frame.
        """
        if session.claims is None and not isinstance(said, Auth):
            raise Fault("unauthenticated", "first say who you are: a message of type auth")
        return await self._do(said, session)

    def claims(self, token: str) -> Claims:
        """Who a token speaks for.

        Raises:
            Fault: when it does not open this service.
        """
        try:
            return self._verifier.verify(token, SCOPE)
        except Refused as refused:
            raise Fault("unauthenticated", refused.reason) from None

    @singledispatchmethod
    async def _do(self, said: Said, _session: Session) -> Answer:
        raise TypeError(type(said).__name__)

    @_do.register
    async def _(self, said: Auth, session: Session) -> Answer:
        claims = self.claims(said.token)
        if session.claims is not None and session.claims.subject != claims.subject:
            raise Fault("forbidden", "this connection is somebody else's")
        session.claims = claims
        return Authenticated(id=said.id, subject=claims.subject, expires=claims.expires)

    @_do.register
    async def _(self, said: Ping, _session: Session) -> Answer:
        return Pong(id=said.id)

    @_do.register
    async def _(self, said: Subscribe, session: Session) -> Answer:
        name = said.channel
        if name not in session.channels:
            _room(session, 1)
            while not session.join(name, await self._hub.newest(name)):
                pass
            await self._hub.wake()
        place = session.places().get(name, (0, 0))
        return Subscribed(id=said.id, channel=name, position=word(place))

    @_do.register
    async def _(self, said: Unsubscribe, session: Session) -> Answer:
        session.quit(said.channel)
        return Unsubscribed(id=said.id, channel=said.channel)

    @_do.register
    async def _(self, said: Publish, session: Session) -> Answer:
        if any(said.channel == name or said.channel.startswith(f"{name}:") for name in SERVICES_ONLY):
            raise Fault("forbidden", "only services write to this channel")
        place = await self._streams.publish(said.channel, said.payload, _subject(session))
        return Published(id=said.id, channel=said.channel, position=place)

    @_do.register
    async def _(self, said: Pulse, session: Session) -> Answer:
        if session.claims is None or PULSE_SCOPE not in session.claims.scopes:
            raise Fault("forbidden", f"the token lacks the scope {PULSE_SCOPE}")
        key = said.key or str(uuid.uuid4())
        place = await self._streams.pulse(key, said.kind, said.payload, REQUEST.get())
        return PulseAccepted(id=said.id, key=key, position=place)

    @_do.register
    async def _(self, said: Resume, session: Session) -> Answer:
        places = _places(said)
        _room(session, len(places.keys() - session.channels))
        for name in places:
            session.quit(name)
        session.replaying.update(places)
        try:
            for name in places:
                await self._replay(session, name)
        finally:
            for name in places:
                session.replaying.pop(name, None)
        await self._hub.wake()
        reached = {name: word(place) for name, place in session.places().items() if name in places}
        return Resumed(id=said.id, channels=reached)

    async def _replay(self, session: Session, name: str) -> None:
        """Sends what was missed, no faster than it is read, until the client is where the channel is."""
        joined = False
        while not joined:
            place = session.replaying[name]
            page = await self._streams.after(name, place)
            if page.gap:
                session.answer(_gap(name, place, page).answer())
            for reached, fields in page.entries:
                session.take(message_frame(name, reached, fields))
                session.replaying[name] = reached
                await session.connection.flushed()
            joined = len(page.entries) < PAGE and session.join(name, session.replaying[name])
            if joined:
                session.replaying.pop(name)


def _subject(session: Session) -> str:
    return session.claims.subject if session.claims else ""


def _room(session: Session, more: int) -> None:
    if len(session.channels) + more > CHANNELS:
        raise Fault("too_many_channels", f"a connection is in at most {CHANNELS} channels")


def _places(said: Resume) -> dict[str, Position]:
    try:
        words = (
            said.channels if said.channels is not None else PLACES.validate_python(opened(said.token or ""))
        )
    except (ValidationError, ValueError):
        raise Fault("invalid", "token: this is no resume token") from None
    return {name: position(place) for name, place in words.items()}


def _gap(name: str, place: Position, page: Page) -> Fault:
    oldest = None if page.oldest is None else word(page.oldest)
    return Fault(
        "gap",
        "messages after your position may be gone; what is still kept follows",
        details={"channel": name, "from": word(place), "oldest": oldest},
    )


def expired(claims: Claims) -> bool:
    """Whether what was said of the client no longer holds."""
    return claims.expires <= time.time()
