"""What goes along with a move of the database, as its journal has it: each step again does no harm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Along:
    """The other parts of a move; nothing where the database moves alone.

    Attributes:
        cache: name of the content that the cache is to serve; empty when it stays as it is.
        kept: that content was kept by an earlier restore; else it was laid out for this one.
        keep: name under which the cache's present content is kept.
        objects: moment (ISO 8601) to which the applications' objects go; empty when they stay.
        upto: moment up to which changes of theirs are taken back; later ones are the new database's.
        left: generation of the database that serves until then, and may be gone back to.
        halted: services that stand still from before the old database stops until all is in its place.
    """

    cache: str = ""
    kept: bool = False
    keep: str = ""
    objects: str = ""
    upto: str = ""
    left: int = 0
    halted: tuple[str, ...] = ()


def parse_along(found: Mapping[str, Any]) -> Along:
    """From the journal's JSON; of a release before this one there is nothing."""
    return Along(**{**found, "halted": tuple(found.get("halted", ()))})
