"""The process: mutual TLS in front of the application, and an orderly end."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import WSProtocolType

from services.base.drain import Drain
from services.base.logs import log_to_stdout
from services.base.postgres import CERTIFICATES
from services.base.revocation import watch
from services.base.tls import Renewal

LOG = logging.getLogger(__name__)

PORT = 8443
"""TCP port of every service's TLS listener."""

NOTICE = 3.0
"""Seconds between saying that this replica is not ready and closing its door; the load balancer asks
every second."""

FINISH = 12
"""Seconds that open requests get then; each is answered within two."""

IDLE = 75
"""Seconds that an idle connection is kept; the load balancer gives up its own earlier: no close is raced."""


class Server(uvicorn.Server):
    """Uvicorn with a notice before the end.

    Args:
        config: the application and how it is served.
        drain: tells the application.
        notice: seconds between the signal and the closing of the door.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, notice: float = NOTICE) -> None:
        super().__init__(config)
        self._drain = drain
        self._notice = notice
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Remembers the loop, which a signal has to wake, and begins to watch for revoked clients."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        renewal = self.config.ssl.sni_callback if self.config.ssl else None
        if isinstance(renewal, Renewal):
            self._watch = asyncio.create_task(watch(self.server_state.connections, renewal.look))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as uvicorn calls it
        """The first signal begins the drain, another one ends it."""
        if self._loop is None or self._drain.begun or sig != signal.SIGTERM:
            self.should_exit = True
            return
        self._drain.begun = True
        self._loop.call_soon_threadsafe(self._announce)

    def _announce(self) -> None:
        LOG.info("stopping", extra={"signal": "SIGTERM"})
        self._drain.told.set()
        asyncio.get_running_loop().call_later(self._notice, setattr, self, "should_exit", True)


def uvicorn_config(
    app: ASGIApp, certificates: Path = CERTIFICATES, ws: WSProtocolType = "none"
) -> uvicorn.Config:
    """Uvicorn's configuration; its own TLS options cannot ask for what `Renewal` does.

    Args:
        app: the whole application.
        certificates: folder of the service's pair and its CA.
        ws: uvicorn's name of a WebSocket implementation.
    """
    config = uvicorn.Config(
        app,
        host="0.0.0.0",  # noqa: S104  # the container's networks are its fence
        port=PORT,
        ws=ws,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=FINISH,
        lifespan="on",
    )
    config.load()
    config.ssl = Renewal(certificates).context
    return config


def run(build: Callable[[Drain], uvicorn.Config], notice: float = NOTICE) -> None:
    """Runs one replica until it is told to stop.

    Args:
        build: puts the service together; `OSError` and `ValueError` of it end the process with one line.
        notice: see `Server`.
    """
    log_to_stdout()
    drain = Drain()
    try:
        server = Server(build(drain), drain, notice)
    except (OSError, ValueError) as error:
        LOG.critical("cannot start", extra={"reason": str(error)})
        sys.exit(1)
    server.run()
    LOG.info("stopped")
