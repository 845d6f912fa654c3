"""What is wrong with the vault, by its record: locks that end too soon, keys that somebody took."""

from datetime import UTC, datetime, timedelta

from backups.vault import record
from backups.vault.record import Record
from operation.stack import Stack

SHARE = 4
"""A lock with less than this part of `bem:object_store.lock_days` left should have been renewed at half."""

MANY = 20
"""Keys from which `status` is red. What pgBackRest takes back after a backup that was killed is less; one
missing WAL segment is found by `status` itself, and a proof finds what is missing in a backup."""

DAY = timedelta(days=1)


def complaints(stack: Stack) -> list[str]:
    """Sentences, each with what to do; none where nobody has looked yet, or S3 is elsewhere."""
    found = record.last(stack)
    settings = stack.settings.object_store
    if found is None or settings.outside:
        return []
    return sentences(found, settings.lock_days, datetime.now(UTC), MANY)


def sentences(found: Record, lock_days: int, now: datetime, many: int = 1) -> list[str]:
    """The same; pure. From so many keys on that were deleted or overwritten, that is said."""
    said = []
    left = found.shortest_until - now if found.shortest_until else None
    if left is not None and left < lock_days * DAY / SHARE:
        days = max(left / DAY, 0.0)
        said.append(
            f"the shortest lock in the vault has {days:.1f} days left ({found.shortest_key}): "
            "`invoke backup.vault --renew`."
        )
    if found.strange >= many:
        said.append(
            f"{found.strange} keys of the vault were deleted or overwritten, not as pgBackRest does it, "
            f"{found.first} among them: `invoke backup.vault` says when."
        )
    return said
