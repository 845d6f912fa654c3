"""The application: routes, errors and the layers around them."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Lifespan

from services.api.errors import Described
from services.api.item_routes import item_routes
from services.api.items import Items
from services.api.pulse_routes import BATCH, LARGEST_BATCH, pulse_routes
from services.api.pulses import Pulses
from services.base.bearer import Guard
from services.base.body_limit import BodyLimit
from services.base.drain import Drain
from services.base.exchange import Exchange
from services.base.health_routes import Needed, health_routes
from services.base.problems import add_handlers


def application(
    items: Items,
    pulses: Pulses | None,
    guard: Guard,
    database: Needed,
    drain: Drain,
    lifespan: Lifespan[FastAPI] | None = None,
) -> ASGIApp:
    """Puts the application together.

    Args:
        items: where items are kept.
        pulses: where pulses go; None in a stack that processes none.
        guard: asks for tokens, or does not.
        database: asked for readiness.
        drain: whether this replica is on its way out.
        lifespan: opens before the first request and closes after the last.
    """
    app = Described(
        title="BEM",
        summary="Items and pulses",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    add_handlers(app)
    app.include_router(item_routes(items, guard))
    if pulses is not None:
        app.include_router(pulse_routes(pulses, guard))
    app.include_router(health_routes([database], drain))
    return Exchange(BodyLimit(app, {BATCH: LARGEST_BATCH}), drain)
