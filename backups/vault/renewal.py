"""The renewal at the end of a backup: what is still needed stays locked."""

from typing import Any

from backups.engine import REPOSITORIES
from backups.vault import record
from backups.vault.tool import ask
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


def renew(stack: Stack, progress: Progress, since: str = "") -> dict[str, Any]:
    """Renews the locks that have run half, looks for deletions since the last look, and keeps the record.

    Raises:
        Failure: when the object store does not do it.
    """
    with progress.step("renew the locks of the vault") as say:
        days = str(stack.settings.object_store.lock_days)
        found = ask(stack, ["renew", days, *since_words(stack, since)], say)
    record.keep(stack, record.of_look(found))
    return found


def try_to_renew(stack: Stack, numbers: list[int], progress: Progress) -> Failure | None:
    """The same behind a backup into S3, where that is the stack's own.

    Returns:
        why it failed: the backup is good nevertheless.
    """
    if stack.settings.object_store.outside or not any(REPOSITORIES[each] == "s3" for each in numbers):
        return None
    try:
        found = renew(stack, progress)
    except Failure as failure:
        progress.say(f"! the backup is taken, but locks were not renewed: {failure.what}")
        meaning = "the backup is taken and good; what is locked stays so until its days are over."
        return Failure(f"the vault's locks were not renewed: {failure.what}", meaning, failure.remedy)
    strange = record.of_look(found).strange
    if strange:
        progress.say(
            f"! {strange} keys of the vault are gone or overwritten: `invoke backup.vault` says when"
        )
    return None


def since_words(stack: Stack, since: str) -> list[str]:
    """From when on the tool counts deletions: as typed, else from the last look on, else its own default."""
    if since:
        return [since]
    before = record.last(stack)
    return [before.next_since.isoformat()] if before else []
