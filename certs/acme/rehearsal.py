"""A rehearsal: names that are new go to the staging server first, whose limits are wide."""

from pathlib import Path

from pydantic import BaseModel

from certs.acme import place
from infra.sections.acme import Acme
from operation.custodian import write_private
from operation.stack import Stack

FILE = "rehearsed.json"


class Rehearsed(BaseModel):
    """Names that the staging server has given a certificate for, and how they were proven."""

    names: tuple[str, ...]
    challenge: str


def wanted(stack: Stack, settings: Acme, names: tuple[str, ...]) -> bool:
    """Whether these names were not rehearsed yet, and there is a server for it."""
    if not settings.staging_url or settings.staging_url == settings.directory_url:
        return False
    try:
        done = Rehearsed.model_validate_json(_file(stack, settings).read_bytes())
    except (OSError, ValueError):
        return True
    return (set(done.names), done.challenge) != (set(names), settings.challenge)


def note(stack: Stack, settings: Acme, names: tuple[str, ...]) -> None:
    """Notes a rehearsal that went well."""
    done = Rehearsed(names=names, challenge=settings.challenge)
    write_private(_file(stack, settings), done.model_dump_json(indent=2).encode())


def _file(stack: Stack, settings: Acme) -> Path:
    return place.of_server(stack, settings.staging_url) / FILE
