"""Errors as RFC 9457 wants them: `application/problem+json`, with the id of the request."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from services.base.logs import REQUEST


class Unavailable(Exception):  # noqa: N818  # the noun that the answer carries
    """The database did not answer in time, or nobody knows whether it did what it was asked."""


class Problem(HTTPException):
    """An answer that is not what the client hoped for, with its reason."""

    def __init__(self, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, detail, headers)


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, errors: Sequence[object] = ()
) -> JSONResponse:
    """The response for a problem."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "request_id": REQUEST.get(),
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(
        body,
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


def add_handlers(app: FastAPI) -> None:
    """Makes every error of the application a problem."""
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(Exception, _failed)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, StarletteHTTPException):
        raise error
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": _allowed(request)}
    return problem(error.status_code, str(error.detail), headers)


def _allowed(request: Request) -> str:
    """The methods of every route with the path of the first that matches; Starlette names only that one's."""
    routes = [each for each in request.app.routes if each.matches(request.scope)[0] is not Match.NONE]
    same = [each for each in routes if each.path == routes[0].path]
    return ", ".join(sorted({method for each in same for method in each.methods}))


async def _invalid(_request: Request, error: Exception) -> Response:
    """Says what is wrong and where, but never repeats what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [{"where": _where(each["loc"]), "reason": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['where']}: {each['reason']}" for each in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


async def _unavailable(_request: Request, error: Exception) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "1"})


async def _failed(_request: Request, _error: Exception) -> Response:
    """Starlette raises the error once more when this is sent, for `Exchange` to log."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log has the reason")


def _where(location: Sequence[Any]) -> str:
    return ".".join(str(part) for part in location)
