"""A service that is ready, and says back over WebSocket what it hears; it runs in the api's image."""

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config

from services.base.drain import Drain
from services.base.server import run, uvicorn_config


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """The whole application."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"echo")]})
        await send({"type": "http.response.body", "body": b"echo"})
    else:
        await talk(receive, send)


async def talk(receive: Receive, send: Send) -> None:
    """One WebSocket, to its end."""
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": message["text"]})


def build(_drain: Drain) -> Config:
    """One replica."""
    app: ASGIApp = echo
    return uvicorn_config(app, ws="websockets")


if __name__ == "__main__":
    run(build)
