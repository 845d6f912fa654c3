"""The resource `/items` over HTTP."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.api import errors
from services.api.items import Item, Items
from services.base.bearer import Guard, GuardedRoute
from services.base.problems import Problem

LARGEST_ID = 2**63 - 1
"""PostgreSQL's bigint."""

REPLAYED = "Idempotent-Replayed"


def _speaks(name: str) -> str:
    if not name.strip():
        raise ValueError("must not be blank")
    if "\0" in name:
        raise ValueError("must not hold the character U+0000")
    return name


SPEAKING = {"pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"}
"""The same as `_speaks`, for the description."""

Name = Annotated[
    str, Field(min_length=1, max_length=200, json_schema_extra=SPEAKING), AfterValidator(_speaks)
]
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$")]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
After = Annotated[int, Query(ge=0, le=LARGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=1000)]


class Wish(BaseModel):
    """What a client sends to make an item."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name


class Page(BaseModel):
    """Some items and where the next ones start.

    Attributes:
        items: in the order of their ids.
        next: give it as `after` for more; null when this page was not full.
    """

    items: list[Item]
    next: int | None


def item_routes(items: Items, guard: Guard) -> APIRouter:
    """The routes over a store of items."""
    router = APIRouter(prefix="/items", tags=["items"], route_class=GuardedRoute)
    reading, writing = guard.needing("items:read"), guard.needing("items:write")
    common = errors.responses(guarded=guard.asks)
    one = errors.responses(guarded=guard.asks, missing=True)

    @router.post("", status_code=HTTPStatus.CREATED, responses=common, dependencies=writing)
    async def create(wish: Wish, response: Response, key: Key = None) -> Item:
        """Makes an item; with the same key and name, the same one again. Needs the scope items:write."""
        item, replayed = await items.create(wish.name, key)
        if item.name != wish.name:
            detail = "this Idempotency-Key was used with another body"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        response.headers["Location"] = f"/items/{item.id}"
        if replayed:
            response.headers[REPLAYED] = "true"
        return item

    @router.get("", responses=common, dependencies=reading)
    async def page(after: After = 0, limit: Limit = 100) -> Page:
        """Items after an id. Needs the scope items:read."""
        found = list(await items.page(after, limit))
        return Page(items=found, next=found[-1].id if len(found) == limit else None)

    @router.get("/{number}", responses=one, dependencies=reading)
    async def get(number: Id) -> Item:
        """One item. Needs the scope items:read."""
        item = await items.get(number)
        if item is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no item {number}")
        return item

    @router.delete("/{number}", status_code=HTTPStatus.NO_CONTENT, responses=one, dependencies=writing)
    async def delete(number: Id) -> None:
        """Removes one item. Needs the scope items:write."""
        if not await items.delete(number):
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no item {number}")

    return router
