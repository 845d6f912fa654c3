"""One batch from handlers to effects: written down together, else one by one, each pulse once."""

import asyncio
import json
import random
import time
from collections.abc import Iterable, Mapping, Sequence

import psycopg

from services.pulse import counters
from services.pulse.backoff import pause
from services.pulse.fault import is_lasting
from services.pulse.held import Held
from services.pulse.inbox import Inbox
from services.pulse.kinds import Handler
from services.pulse.ledger import Ledger, Written
from services.pulse.pulse import Entry
from services.pulse.work import Done, worked


class Batches:
    """Carries batches through.

    Args:
        inbox: where they come from.
        ledger: where their effects go.
        kinds: the handlers.
        held: keeps what failed.
        tries: how often the processing of one pulse may fail.
    """

    def __init__(
        self, inbox: Inbox, ledger: Ledger, kinds: Mapping[str, Handler], held: Held, tries: int
    ) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._kinds = kinds
        self._held = held
        self._tries = tries

    async def carry(self, entries: Sequence[Entry]) -> None:
        """Brings each entry to an end: acknowledged, a dead letter, or held for another try.

        Dead letters come last: a Redis that has no room for them must not keep what would empty it.

        Raises:
            psycopg.Error: when the database is not there; nothing is acknowledged then, nothing lost.
            redis.exceptions.RedisError: when Redis is not there; what was written is found again by its key.
        """
        outcome = await asyncio.to_thread(worked, entries, self._kinds)
        if outcome.done:
            await self._write(outcome.done)
        for entry, sentence in outcome.failed:
            await self._again(entry, sentence)
        for entry, reason, sentence in outcome.refused:
            await self._bury(entry, reason, sentence)

    async def _write(self, batch: Sequence[Done]) -> None:
        try:
            written = await self._ledger.write(batch)
        except psycopg.Error as error:
            if not is_lasting(error):
                raise
            await self._one_by_one(batch, error)
        else:
            await self._settle(batch, written)

    async def _one_by_one(self, batch: Sequence[Done], error: psycopg.Error) -> None:
        """One pulse of these cannot be written; the others must not suffer for it."""
        if len(batch) == 1:
            await self._bury(batch[0].entry, "unwritable", str(error).partition("\n")[0])
            return
        for each in batch:
            await self._write([each])

    async def _settle(self, batch: Sequence[Done], written: Mapping[str, Written]) -> None:
        _count(batch, written)
        messages = [message(each.pulse.key, written[each.pulse.key]) for each in batch]
        untold = await self._inbox.settle(messages, [each.entry.id for each in batch])
        counters.UNTOLD.inc(untold)

    async def _again(self, entry: Entry, sentence: str) -> None:
        if entry.failures + 1 >= self._tries:
            await self._bury(entry, "failed", sentence)
            return
        counters.RETRIES.labels("processing").inc()
        wait = pause(entry.failures + 1, random.random())  # noqa: S311  # no secret
        self._held.hold(entry, time.monotonic() + wait)

    async def _bury(self, entry: Entry, reason: str, sentence: str) -> None:
        if await self._inbox.bury(entry, reason, sentence):
            counters.DEAD.labels(reason).inc()


def together(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Groups to be carried through: new ones together, and each that was given to a worker before alone.

    Should one of them kill its worker, only that one is not settled by then.
    """
    alone = [[entry] for entry in entries if entry.deliveries > 1]
    others = [entry for entry in entries if entry.deliveries == 1]
    return [*([others] if others else []), *alone]


def message(key: str, written: Written) -> bytes:
    """What subscribers of the channel are told; at least once for each pulse."""
    content = {"type": "pulse", "key": key, "kind": written.kind, "result": written.result}
    return json.dumps(content, separators=(",", ":")).encode()


def _count(batch: Sequence[Done], written: Mapping[str, Written]) -> None:
    """Of several entries with one key in a batch, the first had the effect."""
    counted: set[str] = set()
    for each in batch:
        found = written[each.pulse.key]
        if not found.fresh or each.pulse.key in counted:
            counters.DUPLICATES.inc()
            continue
        counted.add(each.pulse.key)
        counters.PROCESSED.labels(found.kind).inc()
        counters.SECONDS.observe(max(0.0, time.time() - each.entry.accepted))
