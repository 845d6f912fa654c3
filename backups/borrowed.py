"""Segments from the volume that served before, until every repository has them."""

from typing import Any

from operation.containers import execute
from operation.progress import Progress


def keep_unarchived(target: Any, progress: Progress) -> None:
    """Copies what the old volume has and a repository lacks into the new one, which archives it later.

    A database that comes out of a restore takes what it recovered from for archived. A repository that was
    away meanwhile would lack it for ever, and no time beyond could be restored to from there.

    Args:
        target: the scratch's container, with the old volume at /old.
        progress: where it is said when there is no room for that.
    """
    output = execute(target, ["keep-unarchived"])
    if output.status != 0:
        number = output.stdout.strip() or "some"
        progress.say(f"! a repository lacks {number} WAL segments, and there is no room to keep them for it:")
        progress.say("  `invoke backup` makes a new begin in it once it answers")


def give_back(target: Any) -> bool:
    """Archives them from the database's container; whether none is left.

    Without them the time that they hold can be restored to from one repository only. The database tries it
    itself, every half minute: after a repository was away, this is sooner.

    Args:
        target: the container of the database that serves.
    """
    return execute(target, ["give-back"]).status == 0
