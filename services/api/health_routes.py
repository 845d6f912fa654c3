"""Liveness and readiness, for the orchestrator and the load balancer."""

from http import HTTPStatus
from typing import Protocol

from fastapi import APIRouter

from services.api.drain import Drain
from services.api.problems import Problem


class Database(Protocol):
    """What health wants to know of the database.

    Attributes:
        reached: it has answered since the start.
    """

    reached: bool

    async def ask(self) -> str:
        """Why it cannot serve now; empty when it can."""


def health_routes(database: Database, drain: Drain) -> APIRouter:
    """The routes for one replica."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether this replica is of use at all: a database that went away is not its fault."""
        if not database.reached:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database was not reached yet")
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Whether requests should come here now."""
        if drain.begun:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "this replica is stopping")
        trouble = await database.ask()
        if trouble:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, trouble)
        return {"status": "ready"}

    return router
