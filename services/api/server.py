"""The process: mutual TLS in front of the application, and an orderly end."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from services.api.app import application
from services.api.configuration import Configuration, from_environment
from services.api.database import Database
from services.api.drain import Drain
from services.api.items import StoredItems
from services.api.logs import log_to_stdout
from services.api.readiness import Readiness
from services.api.tls import Renewal

LOG = logging.getLogger(__name__)

NOTICE = 3.0
"""Seconds between saying that this replica is not ready and closing its door; the load balancer asks
every second."""

FINISH = 12
"""Seconds that open requests get then; each is answered within two."""

IDLE = 75
"""Seconds that an idle connection is kept; the load balancer gives up its own earlier: no close is raced."""


class Server(uvicorn.Server):
    """Uvicorn with a notice before the end."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Remembers the loop, which a signal has to wake."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as uvicorn calls it
        """The first signal begins the drain, another one ends it."""
        if self._loop is None or self._drain.begun or sig != signal.SIGTERM:
            self.should_exit = True
            return
        self._drain.begun = True
        self._loop.call_soon_threadsafe(self._announce)

    def _announce(self) -> None:
        LOG.info("stopping", extra={"signal": "SIGTERM"})
        asyncio.get_running_loop().call_later(NOTICE, setattr, self, "should_exit", True)


def built(configuration: Configuration) -> Server:
    """The server of one replica."""
    drain = Drain()
    database = Database(configuration)
    readiness = Readiness(configuration)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        watch = asyncio.create_task(readiness.watch())
        yield
        watch.cancel()
        await readiness.close()
        await database.close()

    app = application(StoredItems(database), readiness, drain, lifespan)
    return Server(uvicorn_config(app, configuration), drain)


def uvicorn_config(app: ASGIApp, configuration: Configuration) -> uvicorn.Config:
    """Uvicorn's configuration; its own TLS options cannot ask for what `Renewal` does."""
    config = uvicorn.Config(
        app,
        host="0.0.0.0",  # noqa: S104  # the container's networks are its fence
        port=configuration.port,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=FINISH,
        lifespan="on",
    )
    config.load()
    config.ssl = Renewal(configuration.certificates).context
    return config


def main() -> None:
    """Runs one replica until it is told to stop."""
    log_to_stdout()
    try:
        server = built(from_environment(os.environ))
    except (OSError, ValueError) as error:
        LOG.critical("cannot start", extra={"reason": str(error)})
        sys.exit(1)
    server.run()
    LOG.info("stopped")


if __name__ == "__main__":
    main()
