"""The pages, from templates: everything is escaped, and a page can fetch only what lies beside it."""

from functools import cache
from http import HTTPStatus
from pathlib import Path

import jinja2
from starlette.responses import HTMLResponse

from services.console import words
from services.console.prometheus import Silent
from services.console.session import Stranger
from services.console.view import WINDOWS, View

TEMPLATES = Path(__file__).parent / "templates"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


class Pages:
    """The pages of one stack."""

    def __init__(self, stack: str) -> None:
        self._stack = stack

    def status(self, view: View, window: str, who: str) -> HTMLResponse:
        """All figures."""
        return self._page("status.html.j2", HTTPStatus.OK, view=view, window=window, who=who)

    def silent(self, reason: Silent, window: str, who: str) -> HTMLResponse:
        """Prometheus cannot be asked."""
        values = {"reason": str(reason), "window": window, "who": who}
        return self._page("silent.html.j2", HTTPStatus.SERVICE_UNAVAILABLE, **values)

    def login(self, stranger: Stranger) -> HTMLResponse:
        """Asks for a token."""
        page = self._page("login.html.j2", HTTPStatus.UNAUTHORIZED, reason=stranger.reason)
        page.headers["WWW-Authenticate"] = 'Bearer realm="bem"'
        return page

    def _page(self, template: str, status: HTTPStatus, **values: object) -> HTMLResponse:
        text = _environment().get_template(template).render(stack=self._stack, windows=WINDOWS, **values)
        return HTMLResponse(text, status, HEADERS)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": words.duration,
        "share": words.share,
        "rate": words.rate,
        "days": words.days,
        "commands": words.commands,
        "moment": words.moment,
    }
    return environment
