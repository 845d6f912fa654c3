"""The process of the realtime service."""

import asyncio
import logging
import os
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.routing import WebSocketRoute

from services.base.body_limit import BodyLimit
from services.base.cache import cache_client
from services.base.cache_dependency import CacheDependency
from services.base.drain import Drain
from services.base.exchange import Exchange
from services.base.health_routes import health_routes
from services.base.postgres import CERTIFICATES
from services.base.problems import add_handlers
from services.base.server import run, uvicorn_config
from services.base.tokens import Verifier
from services.realtime import reader
from services.realtime.commands import Commands
from services.realtime.configuration import Configuration, from_environment
from services.realtime.connection import Connection
from services.realtime.endpoint import Endpoint
from services.realtime.farewell import farewell, notice
from services.realtime.handling import Handling
from services.realtime.hub import Hub
from services.realtime.schema_routes import schema_routes
from services.realtime.streams import Retention, Streams
from services.realtime.watch import watch

LOG = logging.getLogger(__name__)

PING = 20.0
"""Seconds between two pings, and for the answer: half of what a load balancer lets a silent tunnel live."""

QUEUE = 4
"""Messages of one client that wait to be handled; then TCP makes it wait."""


def build(drain: Drain) -> uvicorn.Config:
    """Puts one replica together."""
    configuration = from_environment(os.environ)
    clients = [cache_client("realtime"), cache_client("realtime", seconds=reader.PATIENCE)]
    health = CacheDependency(cache_client("realtime"))
    return assembled(drain, configuration, clients, health, Verifier())


def assembled(
    drain: Drain,
    configuration: Configuration,
    clients: list[Redis],
    health: CacheDependency,
    verifier: Verifier,
    certificates: Path = CERTIFICATES,
) -> uvicorn.Config:
    """A replica of its parts.

    Args:
        drain: whether it is on its way out.
        configuration: its bounds.
        clients: of Redis: one for what is asked, one for the reader.
        health: Redis, for readiness.
        verifier: checks tokens.
        certificates: its own.
    """
    commands = Commands(clients[0])
    streams = Streams(commands, Retention(configuration.retention_messages, configuration.retention_seconds))
    hub = Hub(streams, f"realtime:wake:{uuid.uuid4()}")
    endpoint = Endpoint(hub, Handling(hub, streams, verifier), configuration, drain)
    work = (
        health.watch,
        commands.run,
        reader.Reader(clients[1], hub).run,
        lambda: watch(endpoint),
        lambda: farewell(endpoint, drain, configuration.drain_seconds),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_kept(each)) for each in work]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in clients:
            await client.connection_pool.disconnect()
        await health.close()

    app = FastAPI(title="BEM realtime", openapi_url=None, lifespan=lifespan)
    add_handlers(app)
    app.include_router(health_routes([health], drain))
    app.include_router(schema_routes())
    app.router.routes.append(WebSocketRoute("/ws", endpoint))
    return configured(
        uvicorn_config(Exchange(BodyLimit(app), drain), certificates, "websockets"), configuration
    )


async def _kept(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begins again what failed by a mistake of ours; else the replica would look well and do nothing."""
    while True:
        try:
            return await work()
        except Exception:
            LOG.exception("a part of the service failed and begins again")
            await asyncio.sleep(1)


def configured(config: uvicorn.Config, configuration: Configuration) -> uvicorn.Config:
    """Sets what uvicorn knows of WebSockets; no compression: it multiplies a client's memory."""
    config.ws_protocol_class = Connection
    config.ws_max_size = configuration.max_message
    config.ws_max_queue = QUEUE
    config.ws_ping_interval = PING
    config.ws_ping_timeout = PING
    config.ws_per_message_deflate = False
    return config


if __name__ == "__main__":
    run(build, notice(from_environment(os.environ).drain_seconds))
