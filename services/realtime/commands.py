"""What is asked of Redis, but for the waiting: in batches on one connection, however many clients ask."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import redis.exceptions
from redis.asyncio import Redis

from services.realtime.fault import Fault

LOG = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds after which a client is told that there was no answer."""

WAITING = 2000
"""Questions that may wait; more are refused at once."""

BATCH = 200
"""Questions in one batch: Redis writes to its disk once for all of them."""

Command = tuple[Any, ...]
Question = tuple[Sequence[Command], "asyncio.Future[list[Any]]"]

AWAY = "the message store does not answer; nobody knows whether this was kept: try again"
FULL = "the message store is full: try again later"


class Commands:
    """Sends while it `run`s."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._questions: list[Question] = []
        self._asked = asyncio.Event()

    async def ask(self, *commands: Command) -> list[Any]:
        """The replies to some commands, sent one after the other.

        Raises:
            Fault: `unavailable`, when there is no good reply to each of them in time.
        """
        if len(self._questions) >= WAITING:
            raise Fault("unavailable", "too many wait for the message store: try again")
        reply: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._questions.append((commands, reply))
        self._asked.set()
        try:
            async with asyncio.timeout(PATIENCE):
                return await reply
        except TimeoutError:
            raise Fault("unavailable", AWAY) from None

    async def run(self) -> None:
        """Sends for ever what is asked."""
        while True:
            await self._asked.wait()
            batch = [question for question in self._questions[:BATCH] if not question[1].done()]
            del self._questions[:BATCH]
            if not self._questions:
                self._asked.clear()
            if batch:
                await self._send(batch)

    async def _send(self, batch: Sequence[Question]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for commands, _ in batch:
            for command in commands:
                pipeline.execute_command(*command)
        try:
            replies = await pipeline.execute(raise_on_error=False)
        except (redis.exceptions.RedisError, OSError) as error:
            LOG.warning("redis does not answer", extra={"reason": str(error), "questions": len(batch)})
            replies = [error] * sum(len(commands) for commands, _ in batch)
        for commands, reply in batch:
            own, replies = replies[: len(commands)], replies[len(commands) :]
            _settle(reply, own)


def _settle(reply: "asyncio.Future[list[Any]]", own: list[Any]) -> None:
    if reply.done():
        return
    failures = [each for each in own if isinstance(each, Exception) and not _absent(each)]
    if failures:
        full = isinstance(failures[0], redis.exceptions.OutOfMemoryError)
        reply.set_exception(Fault("unavailable", FULL if full else AWAY))
        if isinstance(failures[0], redis.exceptions.ResponseError) and not full:
            LOG.error("redis refuses a command", extra={"reason": str(failures[0])})
    else:
        reply.set_result(own)


def _absent(error: Exception) -> bool:
    """`XINFO STREAM` of a stream that is not there is a good reply."""
    return isinstance(error, redis.exceptions.ResponseError) and "no such key" in str(error)
