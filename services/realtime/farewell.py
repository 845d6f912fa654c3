"""The end of a replica: its clients leave one after the other, so that they do not all come back at once."""

import asyncio
import logging

from services.base.drain import Drain
from services.realtime.endpoint import RESTARTS, SERVICE_RESTART, Endpoint

LOG = logging.getLogger(__name__)

NOTICE = 2.0
"""Seconds after which the load balancer, which asks every second, sends nobody here any more."""

LAST = 1.0
"""Seconds that the last client has for its part of the close."""


async def farewell(endpoint: Endpoint, drain: Drain, seconds: float) -> None:
    """Waits for the drain, then says goodbye to everybody, spread over some seconds."""
    await drain.told.wait()
    await asyncio.sleep(NOTICE)
    leaving = list(endpoint.sessions)
    LOG.info("saying goodbye", extra={"connections": len(leaving), "seconds": seconds})
    loop = asyncio.get_running_loop()
    started = loop.time()
    for number, session in enumerate(leaving):
        session.leave(SERVICE_RESTART, RESTARTS)
        await asyncio.sleep(max(0.0, started + (number + 1) * seconds / len(leaving) - loop.time()))


def notice(seconds: float) -> float:
    """Seconds from the signal to the closing of the door."""
    return NOTICE + seconds + LAST
