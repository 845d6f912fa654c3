"""Where pages are made from templates: everything is escaped, and nothing can be fetched or executed."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from drills.pages import words
from drills.pages.legible import bounded, legible

TEMPLATES = Path(__file__).parent / "templates"


def rendered(template: str, **values: object) -> str:
    """A page; a variable that the template names and nobody gives is an error."""
    return _environment().get_template(template).render(**values)


@cache
def style() -> str:
    """The style sheet, as it stands in each page."""
    return (TEMPLATES / "style.css").read_text()


def policy() -> str:
    """The page's Content-Security-Policy: this one style sheet, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": words.seconds, "offset": words.offset, "moment": words.moment}
    environment.filters["as_path"] = lambda name: quote(name, safe="")
    environment.filters["bounded"] = lambda text: bounded(text, 1_000, 1_000)
    environment.globals |= {"style": Markup(style()), "policy": policy()}  # noqa: S704  # our own file
    return environment


def _seen(value: object) -> object:
    """Whatever is written into a page is fit to be read; what a template made itself is as it is."""
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
