"""Segments that a restore took from the volume that served before, until every repository has them."""

from typing import Any

from operation.containers import execute


def give_back(target: Any) -> bool:
    """Archives them from the database's container; whether none is left.

    Without them the time that they hold can be restored to from one repository only. The database tries it
    itself, every half minute: after a repository was away, this is sooner.

    Args:
        target: the container of the database that serves.
    """
    return execute(target, ["give-back"]).status == 0
