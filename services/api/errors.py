"""The errors of the API as its description tells them: problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

MEDIA = "application/problem+json"
REFERENCE = "#/components/schemas/Problem"
TEXTS = {
    HTTPStatus.BAD_REQUEST: "the body cannot be read at all",
    HTTPStatus.UNAUTHORIZED: "no token, or one that is not good; `WWW-Authenticate` says why",
    HTTPStatus.FORBIDDEN: "the token lacks the scope",
    HTTPStatus.NOT_FOUND: "there is none",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is too large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "something of it cannot be; `detail` and `errors` say what",
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests of this client; `Retry-After` says when to come again",
    HTTPStatus.SERVICE_UNAVAILABLE: "not now, and nobody knows whether it was done; `Retry-After` says when",
}
GUARDED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
HEADERS = {
    HTTPStatus.UNAUTHORIZED: "WWW-Authenticate",
    HTTPStatus.FORBIDDEN: "WWW-Authenticate",
    HTTPStatus.TOO_MANY_REQUESTS: "Retry-After",
    HTTPStatus.SERVICE_UNAVAILABLE: "Retry-After",
}


class Fault(BaseModel):
    """One thing that cannot be.

    Attributes:
        where: in the request.
        reason: why not.
    """

    where: str
    reason: str


class ProblemBody(BaseModel):
    """What every answer that is no success holds.

    Attributes:
        type: of the problem; `about:blank` means that its status says it.
        title: the status in words.
        detail: what it was this time.
        request_id: the same as the header X-Request-ID; logs have it.
        errors: each thing that cannot be.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Fault] | None = None


def responses(*, guarded: bool, missing: bool = False) -> dict[int | str, dict[str, Any]]:
    """The errors of one route.

    Args:
        guarded: it asks for a token.
        missing: what it asks for may not be there.
    """
    left_out = (set() if guarded else GUARDED) | (set() if missing else {HTTPStatus.NOT_FOUND})
    return {int(status): _response(status, text) for status, text in TEXTS.items() if status not in left_out}


class Described(FastAPI):
    """Adds the problem's schema, which no route names as a model of its own."""

    def openapi(self) -> dict[str, Any]:
        """The description of the API, made once."""
        if not self.openapi_schema:
            schema = super().openapi()
            model = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas |= {**model.pop("$defs"), "Problem": model}
        return self.openapi_schema or {}


def _response(status: HTTPStatus, text: str) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": text,
        "content": {MEDIA: {"schema": {"$ref": REFERENCE}}},
    }
    if status in HEADERS:
        response["headers"] = {HEADERS[status]: {"schema": {"type": "string"}}}
    return response
