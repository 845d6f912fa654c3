"""The status page over HTTP."""

from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from services.base.problems import Problem
from services.console.pages import Pages
from services.console.prometheus import Prometheus, Silent
from services.console.session import PATH, Sessions, Stranger
from services.console.survey import figures
from services.console.view import WINDOWS, view

ASSETS = {"style.css": "text/css", "page.js": "text/javascript"}
FOLDER = Path(__file__).parent / "static"
SPANS = {name: seconds for name, seconds, _ in WINDOWS}
FIRST = WINDOWS[0][0]

Window = Annotated[str, Query(pattern=f"^({'|'.join(SPANS)})$")]


def routes(prometheus: Prometheus, sessions: Sessions, pages: Pages) -> APIRouter:
    """All routes below `/status`."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_figures(prometheus, sessions, pages))
    router.include_router(_signing_in(sessions, pages))
    router.include_router(_assets())
    return router


def _figures(prometheus: Prometheus, sessions: Sessions, pages: Pages) -> APIRouter:
    router = APIRouter(prefix=PATH)

    @router.get("")
    async def short() -> Response:
        """The address that people type."""
        return RedirectResponse(f"{PATH}/", HTTPStatus.PERMANENT_REDIRECT)

    @router.get("/")
    async def page(request: Request, window: Window = FIRST) -> Response:
        """The page, or the question for a token."""
        try:
            who = sessions.admitted(request).subject
        except Stranger as stranger:
            return pages.login(stranger)
        try:
            return pages.status(view(await figures(prometheus, SPANS[window])), window, who)
        except Silent as silent:
            return pages.silent(silent, window, who)

    @router.get("/figures.json")
    async def machine(request: Request, window: Window = FIRST) -> Response:
        """The same for programs, with the header `Authorization: Bearer`."""
        try:
            sessions.admitted(request)
        except Stranger as stranger:
            words = stranger.reason or "a bearer token is needed here"
            raise Problem(
                HTTPStatus.UNAUTHORIZED, words, {"WWW-Authenticate": 'Bearer realm="bem"'}
            ) from None
        try:
            seen = view(await figures(prometheus, SPANS[window]))
        except Silent as silent:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(silent), {"Retry-After": "5"}) from None
        return JSONResponse(_plain(asdict(seen.figures) | {"well": seen.well, "wrong": seen.wrong}))

    return router


def _signing_in(sessions: Sessions, pages: Pages) -> APIRouter:
    router = APIRouter(prefix=PATH)

    @router.post("/session")
    async def begin(request: Request) -> Response:
        """Takes a token from the form."""
        fields = parse_qs((await request.body()).decode(errors="replace"))
        try:
            return sessions.begun(fields.get("token", [""])[0].strip())
        except Stranger as stranger:
            return pages.login(stranger)

    @router.post("/session/end")
    async def end() -> Response:
        """Forgets it."""
        return sessions.ended()

    return router


def _assets() -> APIRouter:
    router = APIRouter(prefix=PATH)

    @router.get("/{name}")
    async def asset(name: str) -> Response:
        """Style sheet and script; they say nothing of the stack."""
        if name not in ASSETS:
            raise Problem(HTTPStatus.NOT_FOUND, "Not Found")
        return FileResponse(FOLDER / name, media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})

    return router


def _plain(value: Any) -> Any:
    """Dates as ISO 8601; curves as lists."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
