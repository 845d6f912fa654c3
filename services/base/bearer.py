"""The header `Authorization: Bearer` (RFC 6750), in front of a route."""

from collections.abc import Callable, Coroutine
from copy import copy
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request, Response, params
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.base.exchange import SUBJECT
from services.base.problems import Problem
from services.base.tokens import Insufficient, Refused, Verifier

REALM = 'Bearer realm="bem"'
SCHEME = HTTPBearer(
    scheme_name="token", bearerFormat="JWT", auto_error=False, description="`invoke token.issue` issues one"
)


class Need:
    """One scope of one route: what lets through who holds it, and tells others why not."""

    def __init__(self, verifier: Verifier, scope: str) -> None:
        self._verifier, self._scope = verifier, scope

    async def __call__(
        self, request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]
    ) -> None:
        """The dependency, for a route that is no `GuardedRoute`; it puts the token into the description."""
        self.check(request, given)

    def check(self, request: Request, given: HTTPAuthorizationCredentials | None) -> None:
        """Notes who asks.

        Raises:
            Problem: 401 or 403, with its challenge.
        """
        if given is None:
            challenge = {"WWW-Authenticate": REALM}
            raise Problem(HTTPStatus.UNAUTHORIZED, "a bearer token is needed here", challenge)
        try:
            claims = self._verifier.verify(given.credentials, self._scope)
        except Refused as refused:
            raise _problem(refused, self._scope) from None
        request.scope[SUBJECT] = claims.subject


class GuardedRoute(APIRoute):
    """Asks for the token before the body is read: a stranger costs nothing and is told nothing.

    The description keeps the dependency that says so; nobody is asked a second time for it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `APIRoute`."""
        described = self.dependant
        self.dependant = copy(described)
        self.dependant.dependencies = [
            each for each in described.dependencies if not isinstance(each.call, Need)
        ]
        handle = super().get_route_handler()
        self.dependant = described
        needs = [each.dependency for each in self.dependencies if isinstance(each.dependency, Need)]

        async def guarded(request: Request) -> Response:
            for need in needs:
                need.check(request, await SCHEME(request))
            return await handle(request)

        return guarded


class Guard:
    """Stands in front of routes.

    Args:
        verifier: what it asks; None lets everybody through.

    Attributes:
        asks: whether a token is needed.
    """

    def __init__(self, verifier: Verifier | None) -> None:
        self._verifier = verifier
        self.asks = verifier is not None

    def needing(self, scope: str) -> list[params.Depends]:
        """The dependencies of a route that needs that scope."""
        return [Depends(Need(self._verifier, scope))] if self._verifier else []


def _problem(refused: Refused, scope: str) -> Problem:
    words = f'{REALM}, error="{refused.error}", error_description="{refused.reason}"'
    if isinstance(refused, Insufficient):
        challenge = {"WWW-Authenticate": f'{words}, scope="{scope}"'}
        return Problem(HTTPStatus.FORBIDDEN, refused.reason, challenge)
    return Problem(HTTPStatus.UNAUTHORIZED, refused.reason, {"WWW-Authenticate": words})
