"""Pulses, and how they are handed over to the workers."""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from prometheus_client import Counter
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as Late

from services.api.payload import written
from services.base.database import Database
from services.base.logs import REQUEST
from services.base.problems import Unavailable

LOG = logging.getLogger(__name__)
ACCEPTED = Counter("bem_api_pulses", "pulses by how they were answered", ["outcome"])

STREAM = "pulses"
KEY = "pulses:key:{}"
FATE = "pulses:dead:key:{}"
"""Written by the worker that gave a pulse up: why. A replay takes it away again."""

REMEMBERED = 24 * 3600
"""Seconds that a key answers the same; later its effect is still made once, by the worker."""

ANSWER = 1.8
"""Seconds after which a request is answered 503 although Redis has said nothing."""

SLOTS = 32
"""Requests that ask Redis at once; more wait."""

RESULT = b"SELECT kind, result, processed_at FROM public.pulse_results WHERE key = %s"


def new_key() -> str:
    """A key for a pulse that came without."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Pulse:
    """One wish of a client.

    Attributes:
        kind: which work it asks for.
        payload: what the work needs.
        key: the same key asks for the same work, once.
    """

    kind: str
    payload: dict[str, Any]
    key: str = field(default_factory=new_key)

    @property
    def digest(self) -> str:
        """Tells two bodies apart."""
        return hashlib.sha256(f"{self.kind}\n{written(self.payload)}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Receipt:
    """What became of a pulse that was accepted.

    Attributes:
        id: that of the first time when it was sent again.
        key: of the pulse.
        replayed: it was there already.
        same: it was there with the same body.
    """

    id: str
    key: str
    replayed: bool
    same: bool = True


@dataclass(frozen=True)
class Found:
    """How far a pulse is.

    Attributes:
        state: `accepted`, `done`, or `dead`: given up, until somebody replays it.
        kind: of the pulse; known once it is done.
        result: of the work.
        processed_at: when the result was committed.
        reason: why it was given up.
    """

    key: str
    state: str
    kind: str | None = None
    result: Any = None
    processed_at: datetime | None = None
    reason: str | None = None


class Pulses(Protocol):
    """Where pulses go; each method raises `Unavailable` when its outcome is unknown."""

    async def accept(self, pulses: Sequence[Pulse]) -> list[Receipt]:
        """Hands them over, in their order; keys within are different from each other."""

    async def find(self, key: str) -> Found | None:
        """How far that pulse is; None when nobody knows it."""


@dataclass(frozen=True)
class Note:
    """What Redis remembers of a key.

    Attributes:
        id: chosen by who came first, the same for all who come later.
        digest: of the body.
        accepted: the pulse is in the stream for certain; before, it may be or not.
    """

    id: str
    digest: str
    accepted: bool = False

    def __str__(self) -> str:
        """As it is kept."""
        return f"{self.id} {self.digest} {'accepted' if self.accepted else 'claimed'}"


class StreamedPulses:
    """Pulses in a stream of Redis, their results in PostgreSQL.

    A key is claimed, its pulse goes into the stream, and only then is the claim marked as accepted.
    Interrupted between, the same request again finds a mere claim, and adds the pulse once more: it may be in
    the stream twice, where the worker passes over the second, but nothing is acknowledged that is not there.
    """

    def __init__(self, cache: Redis, database: Database) -> None:
        self._cache, self._database = cache, database
        self._slots = asyncio.Semaphore(SLOTS)

    async def accept(self, pulses: Sequence[Pulse]) -> list[Receipt]:
        """See `Pulses`."""
        async with self._answered():
            notes = await self._claimed(pulses)
            same = [notes[pulse.key].digest == pulse.digest for pulse in pulses]
            fresh = [pulse for pulse in pulses if not notes[pulse.key].accepted] if all(same) else []
            if fresh:
                await self._added(fresh, notes)
        ACCEPTED.labels("accepted").inc(len(fresh))
        ACCEPTED.labels("replayed").inc(sum(notes[pulse.key].accepted for pulse in pulses))
        return [
            Receipt(notes[pulse.key].id, pulse.key, replayed=notes[pulse.key].accepted, same=fits)
            for pulse, fits in zip(pulses, same, strict=True)
        ]

    async def find(self, key: str) -> Found | None:
        """See `Pulses`."""
        async with self._database.connection() as connection:
            row = await (await connection.execute(RESULT, (key,))).fetchone()
        if row is not None:
            return Found(key, "done", *row)
        async with self._answered():
            pipeline = self._cache.pipeline(transaction=False)
            pipeline.get(KEY.format(key))
            pipeline.get(FATE.format(key))
            said, reason = await _asked(pipeline)
        if reason:
            return Found(key, "dead", reason=reason.decode())
        return Found(key, "accepted") if said and _note(said).accepted else None

    async def _claimed(self, pulses: Sequence[Pulse]) -> dict[str, Note]:
        """Claims each key that is free, and gives what is known of each now."""
        pipeline = self._cache.pipeline(transaction=False)
        own = {pulse.key: Note(uuid.uuid4().hex, pulse.digest) for pulse in pulses}
        for key, note in own.items():
            pipeline.set(KEY.format(key), str(note), ex=REMEMBERED, nx=True, get=True)
        before = await _asked(pipeline)
        return {
            key: _note(said) if said else note for (key, note), said in zip(own.items(), before, strict=True)
        }

    async def _added(self, pulses: Sequence[Pulse], notes: Mapping[str, Note]) -> None:
        pipeline, at = self._cache.pipeline(transaction=False), datetime.now(UTC).isoformat()
        for pulse in pulses:
            fields: dict[Any, Any] = {
                "key": pulse.key,
                "kind": pulse.kind,
                "payload": written(pulse.payload),
                "at": at,
                "request_id": REQUEST.get(),
            }
            pipeline.xadd(STREAM, fields)
        await _asked(pipeline)
        for pulse in pulses:
            note = replace(notes[pulse.key], accepted=True)
            pipeline.set(KEY.format(pulse.key), str(note), ex=REMEMBERED)
        await _asked(pipeline)

    @asynccontextmanager
    async def _answered(self) -> AsyncIterator[None]:
        """Gives Redis its time, and says what its failures mean.

        Raises:
            Unavailable: when it is away, late, full, or cannot write to its disk.
        """
        try:
            async with asyncio.timeout(ANSWER), self._slots:
                yield
        except (Lost, Late, TimeoutError, OSError) as error:
            LOG.warning("cache unavailable", extra={"reason": type(error).__name__})
            raise Unavailable("pulses cannot be taken now; try again with the same key") from error
        except ResponseError as error:
            if not isinstance(error, OutOfMemoryError | ReadOnlyError) and "MISCONF" not in str(error):
                raise
            LOG.warning("cache takes no more", extra={"reason": type(error).__name__})
            raise Unavailable("no more pulses can be kept now; try again with the same key") from error


async def _asked(pipeline: Pipeline) -> list[Any]:
    """Sends what is in it; an error of its own would repeat what a client sent."""
    said = await pipeline.execute(raise_on_error=False)
    for each in said:
        if isinstance(each, Exception):
            raise each
    return list(said)


def _note(said: bytes) -> Note:
    number, digest, state = said.decode().split(" ")
    return Note(number, digest, state == "accepted")
