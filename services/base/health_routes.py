"""Liveness and readiness, for the orchestrator and the load balancer; counts, for Prometheus."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Protocol

from fastapi import APIRouter

from services.base.drain import Drain
from services.base.metrics import metrics_route
from services.base.problems import Problem


class Needed(Protocol):
    """What health wants to know of something that the service needs.

    Attributes:
        name: as a person calls it.
    """

    name: str

    @property
    def reached(self) -> bool:
        """Whether it has answered since the start."""

    async def ask(self) -> str:
        """Why it cannot serve now; empty when it can."""


def health_routes(needs: Sequence[Needed], drain: Drain) -> APIRouter:
    """The routes for one replica."""
    router = APIRouter(include_in_schema=False)
    router.include_router(metrics_route())

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether this replica is of use at all: a database that went away is not its fault."""
        for each in needs:
            if not each.reached:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"the {each.name} was not reached yet")
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Whether requests should come here now."""
        if drain.begun:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "this replica is stopping")
        for each in needs:
            trouble = await each.ask()
            if trouble:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, trouble)
        return {"status": "ready"}

    return router
