"""The process of the status page."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from services.base.body_limit import BodyLimit
from services.base.drain import Drain
from services.base.exchange import Exchange
from services.base.health_routes import health_routes
from services.base.problems import add_handlers
from services.base.server import run, uvicorn_config
from services.base.tokens import Verifier
from services.console.pages import Pages
from services.console.prometheus import Prometheus
from services.console.routes import routes
from services.console.session import Sessions


def application(stack: str, prometheus: Prometheus, verifier: Verifier, drain: Drain) -> ASGIApp:
    """Puts the page together. It is ready without Prometheus: then it says so."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await prometheus.close()

    app = FastAPI(title="BEM status", openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    add_handlers(app)
    app.include_router(health_routes([], drain))
    app.include_router(routes(prometheus, Sessions(verifier), Pages(stack)))
    return Exchange(BodyLimit(app), drain)


def build(drain: Drain) -> uvicorn.Config:
    """Puts one replica together."""
    return uvicorn_config(application(os.environ.get("CONSOLE_STACK", ""), Prometheus(), Verifier(), drain))


if __name__ == "__main__":
    run(build)
