"""An operator's session: the token itself, in a cookie that neither scripts nor other sites use."""

import time
from http import HTTPStatus

from fastapi import Request
from starlette.responses import Response

from services.base.exchange import SUBJECT
from services.base.tokens import Claims, Refused, Verifier

SCOPE = "status:read"
PATH = "/status"
COOKIE = "__Secure-status"
MISSING = ""
"""Why a request without any token is refused: nobody did anything wrong."""


class Stranger(Exception):  # noqa: N818  # the noun
    """Somebody who may not see the page; `reason` is empty when there was no token at all."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sessions:
    """Lets operators in whose token holds the scope."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def admitted(self, request: Request) -> Claims:
        """Who asks, by the header `Authorization` or by the cookie.

        Raises:
            Stranger: nobody whom we know.
        """
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        token = given.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE, "")
        if not token:
            raise Stranger(MISSING)
        claims = self.checked(token)
        request.scope[SUBJECT] = claims.subject
        return claims

    def checked(self, token: str) -> Claims:
        """What a token says.

        Raises:
            Stranger: it opens nothing here.
        """
        try:
            return self._verifier.verify(token, SCOPE)
        except Refused as refused:
            raise Stranger(refused.reason) from None

    def begun(self, token: str) -> Response:
        """Leads to the page, with the cookie until the token ends.

        Raises:
            Stranger: it opens nothing here.
        """
        claims = self.checked(token)
        response = _led_on()
        left = max(0, int(claims.expires - time.time()))
        response.set_cookie(
            COOKIE, token, max_age=left, path=PATH, secure=True, httponly=True, samesite="strict"
        )
        return response

    @staticmethod
    def ended() -> Response:
        """Leads to the page, without the cookie."""
        response = _led_on()
        response.delete_cookie(COOKIE, path=PATH, secure=True, httponly=True, samesite="strict")
        return response


def _led_on() -> Response:
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": f"{PATH}/"})
