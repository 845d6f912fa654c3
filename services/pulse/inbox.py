"""The stream of pulses as one worker sees it: what is to be done, what is its own, what is settled."""

from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.pulse.pulse import Entry

STREAM, DEAD, GROUP = "pulses", "pulses:dead", "workers"
FATE = b"pulses:dead:key:"
"""Before a pulse's key: why it was given up."""

CHANNEL = "channel:pulses"
"""What WebSocket subscribers of the channel `pulses` are told from."""

CHANNEL_LENGTH = 10_000
"""Messages that stay there, about: what a subscriber can miss and still ask for."""

IDLE = 10.0
"""Seconds without a sign of life after which a worker's pulses are another's."""

BURY = """#!lua
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
redis.call('SET', KEYS[3], ARGV[3], 'EX', 86400)
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
return 1
"""
"""The api tells a client of a day what became of a pulse by the last of the keys (services/api/pulses.py).
One step for Redis, so that a dead letter is neither lost nor doubled, whatever is killed: the second time,
or in another worker's hands, nothing is pending any more. Without room for the letter nothing is done."""

LEAVE = """#!lua
for _, each in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local name, pending, idle
  for i = 1, #each, 2 do
    if each[i] == 'name' then name = each[i + 1] end
    if each[i] == 'pending' then pending = each[i + 1] end
    if each[i] == 'idle' then idle = each[i + 1] end
  end
  if pending == 0 and (name == ARGV[2] or idle > tonumber(ARGV[3])) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], name)
  end
end
return 0
"""
"""A consumer that is removed takes its pending entries along, so looking and removing are one step."""

FORGOTTEN = 3_600_000
"""Milliseconds after which a worker that left without a word, and owes nothing, is taken off the list."""


class Inbox:
    """Reads, claims, settles and buries.

    Args:
        client: of Redis; waits longer for an answer than `read` waits for pulses.
        worker: name of this worker in the group.
    """

    def __init__(self, client: Redis, worker: str) -> None:
        self._redis: Any = client  # its types mix answers of both of its modes
        self._worker = worker

    async def open(self) -> None:
        """Makes stream and group where they are missing; pulses that came before are not passed over."""
        try:
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def read(self, most: int, seconds: float) -> list[Entry]:
        """New pulses; waits for the first, and gives none when there is none in time."""
        answer = await self._redis.xreadgroup(
            GROUP, self._worker, {STREAM: ">"}, count=most, block=max(1, int(seconds * 1000))
        )
        return [Entry(number, fields) for _, entries in answer or () for number, fields in entries]

    async def claim(self, most: int) -> list[Entry]:
        """Pulses of workers that give no sign of life any more, this one in an earlier life included."""
        idle = int(IDLE * 1000)
        rows = await self._redis.xpending_range(STREAM, GROUP, "-", "+", most, idle=idle)
        if not rows:
            return []
        deliveries = {row["message_id"]: row["times_delivered"] + 1 for row in rows}
        taken = await self._redis.xclaim(STREAM, GROUP, self._worker, idle, list(deliveries))
        return [Entry(number, fields, deliveries[number]) for number, fields in taken]

    async def beat(self, numbers: Sequence[bytes]) -> None:
        """Says that these are still being worked on."""
        if numbers:
            await self._redis.xclaim(STREAM, GROUP, self._worker, 0, list(numbers), justid=True)

    async def hand_back(self, numbers: Sequence[bytes]) -> None:
        """Lets another worker claim these at once."""
        if numbers:
            idle = int(IDLE * 1000)
            await self._redis.xclaim(
                STREAM, GROUP, self._worker, 0, list(numbers), idle=idle, retrycount=0, justid=True
            )

    async def settle(self, messages: Iterable[bytes], numbers: Sequence[bytes]) -> int:
        """Tells subscribers, then acknowledges; a kill between both tells them again.

        Returns:
            How many messages Redis had no room for; a full Redis must not keep what would empty it.
        """
        pipeline = self._redis.pipeline(transaction=False)
        for message in messages:
            pipeline.xadd(CHANNEL, {"data": message}, maxlen=CHANNEL_LENGTH, approximate=True)
        pipeline.xack(STREAM, GROUP, *numbers)
        *told, acknowledged = await pipeline.execute(raise_on_error=False)
        if isinstance(acknowledged, Exception):
            raise acknowledged
        return sum(isinstance(each, Exception) for each in told)

    async def bury(self, entry: Entry, reason: str, sentence: str) -> bool:
        """Moves an entry to the dead letters; false when it is no longer pending."""
        why = {b"reason": reason, b"error": sentence[:500], b"id": entry.id, b"attempts": entry.attempts}
        words = [word for pair in {**entry.fields, **why}.items() for word in pair]
        fate = FATE + entry.fields.get(b"key", b"")
        return bool(await self._redis.eval(BURY, 3, STREAM, DEAD, fate, GROUP, entry.id, reason, *words))

    async def leave(self, *, myself: bool) -> None:
        """Takes workers that are gone off the list, and this one when it goes."""
        name = self._worker if myself else ""
        await self._redis.eval(LEAVE, 1, STREAM, GROUP, name, FORGOTTEN)

    async def close(self) -> None:
        """Closes every connection of the client."""
        await self._redis.connection_pool.disconnect()
