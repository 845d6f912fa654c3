"""The protocol as JSON Schema, and a hint for those who come without an upgrade."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from services.base.problems import Problem
from services.realtime.client_messages import MESSAGE
from services.realtime.server_messages import ANSWER


def schema_routes() -> APIRouter:
    """The routes beside the WebSocket."""
    router = APIRouter(prefix="/ws")

    @router.get("/schema")
    async def schema() -> dict[str, Any]:
        """Every message of version 1."""
        return {
            "version": 1,
            "client": MESSAGE.json_schema(mode="validation"),
            "server": ANSWER.json_schema(mode="serialization"),
        }

    @router.get("")
    async def upgrade() -> None:
        """A WebSocket is not had by a plain GET."""
        raise Problem(HTTPStatus.UPGRADE_REQUIRED, "this is a WebSocket", {"Upgrade": "websocket"})

    return router
