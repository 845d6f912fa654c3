"""The process of the HTTP service."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from services.api.app import application
from services.api.configuration import from_environment
from services.api.items import StoredItems
from services.api.pulses import StreamedPulses
from services.base.bearer import Guard
from services.base.cache import PASSWORD, cache_client
from services.base.database import Database
from services.base.database_dependency import DatabaseDependency
from services.base.drain import Drain
from services.base.postgres import conninfo
from services.base.server import run, uvicorn_config
from services.base.tokens import Verifier


def build(drain: Drain) -> uvicorn.Config:
    """Puts one replica together."""
    configuration = from_environment(os.environ)
    reach = conninfo("bem_api", "api")
    database = Database(reach, configuration.pool_size)
    dependency = DatabaseDependency(reach)
    cache = cache_client("api") if PASSWORD.exists() else None
    guard = Guard(Verifier() if configuration.authentication else None)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        watch = asyncio.create_task(dependency.watch())
        yield
        watch.cancel()
        await dependency.close()
        await database.close()
        if cache is not None:
            await cache.aclose()

    items, pulses = StoredItems(database), StreamedPulses(cache, database) if cache else None
    return uvicorn_config(application(items, pulses, guard, dependency, drain, lifespan))


if __name__ == "__main__":
    run(build)
