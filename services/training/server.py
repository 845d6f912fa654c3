"""The process of the trainer: the work in a thread, and beside it what every service answers."""

import asyncio
import os
import secrets
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import redis
import uvicorn
from fastapi import FastAPI

from services.base.cache import HOST, PASSWORD, PORT
from services.base.database_dependency import DatabaseDependency
from services.base.drain import Drain
from services.base.exchange import Exchange
from services.base.health_routes import health_routes
from services.base.postgres import CERTIFICATES, conninfo
from services.base.problems import add_handlers
from services.base.server import run, uvicorn_config
from services.training.stock import stock
from services.training.trainer import Trainer

STATEMENT = 60_000
"""Milliseconds of one statement: a large graph takes its time."""

PAUSE = 1.0
"""Seconds between two looks at the work."""

FINISH = 10.0
"""Seconds for the epoch under way and its checkpoint."""


class Liveness:
    """The work loop, for health: it must not have ended by itself."""

    def __init__(self, trainer: Trainer) -> None:
        self.name = "work loop"
        self.reached = True
        self._trainer = trainer

    async def ask(self) -> str:
        """Why it does not run; empty when it does."""
        return self._trainer.failure

    async def watch(self) -> None:
        """Ends this replica's life once its work has ended: Swarm starts another."""
        while self.reached:
            self.reached = not self._trainer.failure
            await asyncio.sleep(PAUSE)


def build(drain: Drain) -> uvicorn.Config:
    """Puts one trainer together."""
    reach = conninfo("bem_training", "training", statement_milliseconds=STATEMENT)
    trainer = Trainer(
        lambda: psycopg.connect(reach, autocommit=True), stock(os.environ["MODELS_BUCKET"]), _events(), drain
    )
    trainer.worker = f"{socket.gethostname()}-{secrets.token_hex(4)}"
    liveness = Liveness(trainer)
    database = DatabaseDependency(conninfo("bem_training", "training-health"))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        thread = threading.Thread(target=trainer.run, daemon=True)
        if not os.environ.get("CANARY"):
            thread.start()
        watches = [asyncio.create_task(each.watch()) for each in (database, liveness)]
        yield
        drain.begun = True
        if thread.is_alive():
            await asyncio.to_thread(thread.join, FINISH)
        for watch in watches:
            watch.cancel()
        await database.close()

    app = FastAPI(title="BEM training", openapi_url=None, lifespan=lifespan)
    add_handlers(app)
    app.include_router(health_routes([database, liveness], drain))
    return uvicorn_config(Exchange(app, drain))


def _events() -> redis.Redis:
    client: redis.Redis = redis.Redis(
        host=HOST,
        port=PORT,
        username="training",
        password=PASSWORD.read_text().strip(),
        ssl=True,
        ssl_ca_certs=f"{CERTIFICATES}/ca.pem",
        ssl_certfile=f"{CERTIFICATES}/cert.pem",
        ssl_keyfile=f"{CERTIFICATES}/key.pem",
        ssl_check_hostname=True,
        ssl_min_version=ssl.TLSVersion.TLSv1_3,
        socket_connect_timeout=1.0,
        socket_timeout=2.0,
    )
    return client


if __name__ == "__main__":
    run(build, notice=0)  # nobody is sent here by a load balancer
