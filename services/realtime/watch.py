"""What time alone does to connections: no answer to «who are you», an expired token, silence."""

import asyncio
import time

from services.realtime.connection import UNRESPONSIVE
from services.realtime.endpoint import UNAUTHENTICATED, Endpoint
from services.realtime.handling import expired
from services.realtime.session import Session

PAUSE = 0.5
"""Seconds between two looks."""

INTRODUCTION = 5.0
"""Seconds in which a client says who it is."""

IDLE = 300.0
"""Seconds of silence of a client that is in no channel either."""


async def watch(endpoint: Endpoint) -> None:
    """Looks at all connections for ever."""
    while True:
        await asyncio.sleep(PAUSE)
        for session in list(endpoint.sessions):
            verdict = judged(session, time.monotonic())
            if verdict is not None:
                session.leave(*verdict)


def judged(session: Session, now: float) -> tuple[int, str] | None:
    """Code and reason to close with, when it is time."""
    if session.claims is None:
        if now - session.opened > INTRODUCTION:
            return UNAUTHENTICATED, f"no token within {INTRODUCTION:g} s"
        return None
    if expired(session.claims):
        return UNAUTHENTICATED, "the token has expired; a message of type auth would have renewed it"
    if not session.channels and not session.replaying and now - session.heard > IDLE:
        return UNRESPONSIVE, "nothing to hear and nothing to say"
    return None
