"""The application: routes, errors and the layers around them."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Lifespan

from services.api.body_limit import BodyLimit
from services.api.drain import Drain
from services.api.exchange import Exchange
from services.api.health_routes import Database, health_routes
from services.api.item_routes import item_routes
from services.api.items import Items
from services.api.problems import add_handlers


def application(
    items: Items, database: Database, drain: Drain, lifespan: Lifespan[FastAPI] | None = None
) -> ASGIApp:
    """Puts the application together.

    Args:
        items: where items are kept.
        database: asked for readiness.
        drain: whether this replica is on its way out.
        lifespan: opens before the first request and closes after the last.
    """
    app = FastAPI(title="BEM", openapi_url=None, lifespan=lifespan)
    add_handlers(app)
    app.include_router(item_routes(items))
    app.include_router(health_routes(database, drain))
    return Exchange(BodyLimit(app), drain)
