"""Many WebSocket connections that listen to one channel, and one that publishes to it."""

import asyncio
import json
import ssl
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench.listener import Listener, handshake

CHANNEL = "bench"
OPENING = 40
"""Handshakes at once."""

PAUSE = 0.5
"""Seconds between two broadcasts, so that one does not wait for the other."""

LATEST = 30.0
"""Seconds for the last message to come to the last listener."""


@dataclass(frozen=True)
class Target:
    """The channel that is measured.

    Attributes:
        address: wss://HOST:PORT/ws.
        token: of scope realtime.
        ca: file of the CA that the server is trusted by.
    """

    address: str
    token: str = field(repr=False)
    ca: str


@dataclass
class Outcome:
    """What a run gave.

    Attributes:
        opening: seconds until all had subscribed.
        sent: loop time of each message, by its number.
        latencies: seconds from there to each listener, by message.
        closes: codes with which the server closed, before we did.
    """

    opening: float = 0
    sent: list[float] = field(default_factory=list)
    latencies: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    closes: list[int] = field(default_factory=list)

    def heard(self, number: int, now: float) -> None:
        """One listener has one message."""
        self.latencies[number].append(now - self.sent[number])

    @property
    def received(self) -> int:
        """Messages at all listeners together."""
        return sum(len(each) for each in self.latencies.values())


def broadcast(target: Target, connections: int, messages: int) -> Outcome:
    """Opens the connections, sends that many messages to all of them, and waits for the last.

    libuv's loop, since the client shares its cores with what it measures, and must cost little.

    Raises:
        OSError: when a connection is refused; ConnectionError for a message.
        TimeoutError: when one is not answered.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(target, connections, messages))


async def _run(target: Target, connections: int, messages: int) -> Outcome:
    outcome = Outcome()
    context = ssl.create_default_context(cafile=target.ca)
    listeners = await opened(target, context, connections, outcome)
    headers = {"Authorization": f"Bearer {target.token}"}
    try:
        async with connect(target.address, ssl=context, additional_headers=headers) as publisher:
            await publisher.recv()
            for number in range(messages):
                await _publish(publisher, number, outcome)
        await _arrived(outcome, connections * messages)
    finally:
        outcome.closes = [listener.code for listener in listeners if listener.code]
        for listener in listeners:
            listener.close()
    return outcome


async def _publish(publisher: ClientConnection, number: int, outcome: Outcome) -> None:
    message = {"v": 1, "type": "publish", "channel": CHANNEL, "payload": number}
    outcome.sent.append(asyncio.get_running_loop().time())
    await publisher.send(json.dumps(message))
    answer = json.loads(await publisher.recv())
    if answer["type"] != "published":
        raise ConnectionError(f"a message was refused: {answer['code']}")
    await asyncio.sleep(PAUSE)


async def opened(
    target: Target, context: ssl.SSLContext, connections: int, outcome: Outcome
) -> list[Listener]:
    """Connections that have subscribed, so many handshakes at once as servers like.

    Raises:
        OSError: when one is refused.
        TimeoutError: when one is not answered.
    """
    place = urlsplit(target.address)
    loop = asyncio.get_running_loop()
    started = loop.time()
    door = asyncio.Semaphore(OPENING)
    subscription = json.dumps({"v": 1, "type": "subscribe", "channel": CHANNEL})

    async def one() -> Listener:
        async with door:
            request = handshake(place.netloc, place.path, target.token)
            _, listener = await loop.create_connection(
                lambda: Listener(request, subscription, outcome.heard),
                place.hostname or "localhost",
                place.port or 443,
                ssl=context,
                server_hostname=place.hostname,
                ssl_handshake_timeout=60,
            )
            await asyncio.wait_for(listener.ready, 60)
            return listener

    listeners = await asyncio.gather(*(one() for _ in range(connections)))
    outcome.opening = loop.time() - started
    return list(listeners)


async def _arrived(outcome: Outcome, wanted: int) -> None:
    latest = asyncio.get_running_loop().time() + LATEST
    while outcome.received < wanted and asyncio.get_running_loop().time() < latest:  # noqa: ASYNC110  # or late
        await asyncio.sleep(PAUSE)
