"""The seam between database and objects: each object that a row names is there, and has the row's hash."""

from datetime import datetime
from typing import Any

from backups.engine import query
from backups.points import objects
from operation.failure import Failure
from operation.stack import Stack

DATABASE = "bem"
THERE = "select to_regclass('public.training_jobs') is not null"
NAMED = "select artefact, sha256 from public.training_jobs where artefact is not null order by artefact"
"""Checkpoints are no seam: a trainer begins anew without one (services/training/stock.py)."""
SHOWN = 5


def faults(stack: Stack, target: Any, moment: datetime | None = None) -> list[str]:
    """What does not fit, a sentence each, by name; nothing where no application keeps objects.

    Args:
        stack: whose objects.
        target: a container with a database that answers, the serving one or a restored one.
        moment: as of which objects count; now when left out.
    """
    if not objects.has_objects(stack):
        return []
    try:
        named = rows(target)
        if not named:
            return []
        found = objects.ask(stack, ["check", *([moment.isoformat()] if moment else [])], named)
    except Failure as failure:
        return [f"objects could not be compared with their rows: {failure.what}"]
    return sentences(found)


def rows(target: Any) -> list[list[str]]:
    """Key and hash of every object that a row names.

    Raises:
        Failure: when the database does not answer.
    """
    if query(target, THERE, DATABASE) != "t":
        return []
    return [line.split("\t") for line in query(target, NAMED, DATABASE).splitlines()]


def sentences(found: dict[str, Any]) -> list[str]:
    """What the tool found, for a person; pure."""
    said = []
    for kind, words in (("missing", "is not there"), ("differing", "is not what its row says")):
        said += [f"object {key} {words}" for key in found[kind][:SHOWN]]
        if more := len(found[kind]) - SHOWN:
            said += [f"and {more} more objects: {words}"] if more > 0 else []
    return said
