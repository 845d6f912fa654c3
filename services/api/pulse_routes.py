"""The resource `/pulses` over HTTP."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from services.api import errors
from services.api.payload import DESCRIBED, checked
from services.api.pulses import Pulse, Pulses, new_key
from services.base.bearer import Guard, GuardedRoute
from services.base.problems import Problem

PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$"
REPLAYED = "Idempotent-Replayed"
OTHER = "this Idempotency-Key was used with another body"
BATCH = "/pulses/batch"
LARGEST_BATCH = 1024 * 1024
"""Bytes of a batch's body."""

Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{0,63}$", description="which work it asks for")]
Payload = Annotated[dict[str, Any], WithJsonSchema(DESCRIBED), AfterValidator(checked)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=PATTERN)]
OwnKey = Annotated[str, Field(pattern=PATTERN)]
Asked = Annotated[str, Path(pattern=PATTERN)]


class Wish(BaseModel):
    """What a client sends to have work done."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Kind
    payload: Payload


class KeyedWish(Wish):
    """One of a batch, with a key of its own; without one it is work anew each time it is sent."""

    key: OwnKey | None = None


class Batch(BaseModel):
    """Many at once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    pulses: Annotated[list[KeyedWish], Field(min_length=1, max_length=1000)]


class Accepted(BaseModel):
    """A pulse that will be processed.

    Attributes:
        id: the same when it is sent again.
        key: ask for it at `/pulses/{key}`.
        replayed: it was accepted before.
    """

    id: str
    key: str
    replayed: bool


class AcceptedBatch(BaseModel):
    """The pulses of a batch, in its order."""

    pulses: list[Accepted]


class State(BaseModel):
    """How far a pulse is; kind, result and time are there once it is done, a reason when it was given up."""

    key: str
    state: Literal["accepted", "done", "dead"]
    kind: str | None
    result: Any
    processed_at: datetime | None
    reason: str | None


def pulse_routes(pulses: Pulses, guard: Guard) -> APIRouter:
    """The routes over a stream of pulses."""
    router = APIRouter(
        prefix="/pulses",
        tags=["pulses"],
        dependencies=guard.needing("pulses:write"),
        route_class=GuardedRoute,
    )
    common = errors.responses(guarded=guard.asks)
    one = errors.responses(guarded=guard.asks, missing=True)

    @router.post("", status_code=HTTPStatus.ACCEPTED, responses=common)
    async def accept(wish: Wish, response: Response, key: Key = None) -> Accepted:
        """Takes a pulse; with the same key and body, the same one again. Needs the scope pulses:write."""
        pulse = Pulse(wish.kind, wish.payload, key or new_key())
        done = (await _accepted(pulses, [pulse]))[0]
        response.headers["Location"] = f"/pulses/{done.key}"
        if done.replayed:
            response.headers[REPLAYED] = "true"
        return done

    @router.post("/batch", status_code=HTTPStatus.ACCEPTED, responses=common)
    async def accept_batch(batch: Batch) -> AcceptedBatch:
        """Takes up to 1000 pulses, all or, with an error, perhaps some; sent again with their keys, each is
        processed once. Needs the scope pulses:write.
        """  # noqa: D205  # one sentence of the API's description
        wanted = [Pulse(wish.kind, wish.payload, wish.key or new_key()) for wish in batch.pulses]
        unique = {pulse.key: pulse for pulse in wanted}
        if any(unique[pulse.key].digest != pulse.digest for pulse in wanted):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, OTHER)
        done = {each.key: each for each in await _accepted(pulses, list(unique.values()))}
        return AcceptedBatch(pulses=[done[pulse.key] for pulse in wanted])

    @router.get("/{key}", responses=one)
    async def find(key: Asked) -> State:
        """Says how far a pulse is. Needs the scope pulses:write."""
        found = await pulses.find(key)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no pulse {key}")
        return State.model_validate(found, from_attributes=True)

    return router


async def _accepted(pulses: Pulses, wanted: list[Pulse]) -> list[Accepted]:
    receipts = await pulses.accept(wanted)
    if not all(receipt.same for receipt in receipts):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, OTHER)
    return [Accepted(id=each.id, key=each.key, replayed=each.replayed) for each in receipts]
