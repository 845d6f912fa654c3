"""The process of a pulse worker: the work loop, and beside it what every service answers."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.base.body_limit import BodyLimit
from services.base.cache import cache_client
from services.base.cache_dependency import CacheDependency
from services.base.database_dependency import DatabaseDependency
from services.base.drain import Drain
from services.base.exchange import Exchange
from services.base.health_routes import health_routes
from services.base.postgres import conninfo
from services.base.problems import add_handlers
from services.base.server import run, uvicorn_config
from services.pulse.batch import Batches
from services.pulse.configuration import from_environment
from services.pulse.held import Held
from services.pulse.inbox import Inbox
from services.pulse.kinds import KINDS
from services.pulse.ledger import Ledger
from services.pulse.liveness import Liveness
from services.pulse.retention import Retention
from services.pulse.stock import Stock
from services.pulse.upkeep import Upkeep
from services.pulse.worker import Worker

LOG = logging.getLogger(__name__)

ANSWER = 5.0
"""Seconds that Redis may take for an answer; longer than one reading waits for pulses."""

FINISH = 8.0
"""Seconds that the batch under way gets at the end."""

CANARY = "CANARY"
"""Set for a replica that is only looked at: it answers for its health, and takes no pulse."""

STATEMENT = 8000
"""Milliseconds of one statement: a large batch on a busy host takes longer than a request may."""


def build(drain: Drain) -> uvicorn.Config:
    """Puts one worker together."""
    configuration = from_environment(os.environ)
    canary = bool(os.environ.get(CANARY))
    name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
    client = cache_client("pulse", seconds=ANSWER)
    inbox, held = Inbox(client, name), Held()
    ledger = Ledger(conninfo("bem_pulse", "pulse", statement_milliseconds=STATEMENT), name)
    batches = Batches(inbox, ledger, KINDS, held, configuration.tries)
    worker = Worker(inbox, batches, held, configuration.batch, drain)
    upkeep = Upkeep(inbox, Stock(client), lambda: worker.mine)
    reach = conninfo("bem_pulse", "pulse-retention", statement_milliseconds=STATEMENT)
    retention = Retention(reach, configuration.retention_days)
    cache = CacheDependency(cache_client("pulse"))
    database = DatabaseDependency(conninfo("bem_pulse", "pulse-health"))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.create_task(asyncio.Event().wait() if canary else worker.run())
        loop.add_done_callback(_ended)
        watches = (cache.watch(), database.watch(), *(() if canary else (upkeep.run(), retention.run())))
        beside = [asyncio.create_task(each) for each in watches]
        LOG.info("working", extra={"worker": name, "kinds": sorted(KINDS)})
        yield
        drain.begun = True
        await asyncio.wait({loop}, timeout=0 if canary else FINISH)
        for task in (loop, *beside):
            task.cancel()
        for each in (ledger, cache, database, inbox):
            await each.close()

    app = FastAPI(title="BEM pulse", openapi_url=None, lifespan=lifespan)
    add_handlers(app)
    app.include_router(health_routes([cache, database, Liveness(worker)], drain))
    return uvicorn_config(Exchange(BodyLimit(app), drain))


def _ended(loop: "asyncio.Task[Any]") -> None:
    """An end by itself is a fault: health says so from then on, and Swarm starts another worker."""
    if not loop.cancelled() and (error := loop.exception()):
        LOG.critical("the work loop failed", exc_info=error)


if __name__ == "__main__":
    run(build, notice=0)  # nobody is sent here by a load balancer
