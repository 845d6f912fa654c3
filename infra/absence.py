"""Whether the database is still to come from the backups: after a lost host, and after a lost volume."""

from backups import lost
from backups.kit import pending
from operation.stack import Stack


def awaits(stack: Stack) -> bool:
    """Whether no server runs yet, and nothing that needs one: a restore is to bring its data first.

    Raises:
        Failure: when a note of it is damaged.
    """
    return pending.awaits(stack) or lost.outstanding(stack)
