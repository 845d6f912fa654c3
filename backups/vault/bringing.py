"""The repository in S3 as it was, and the proof that archiving into it goes on."""

from typing import Any

from backups.info import read_info, silent_repositories
from backups.proving.point_archive import archive_segment
from backups.vault.renewal import renew
from backups.vault.tool import ask
from operation.containers import container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

S3 = 2
"""pgBackRest's number of that repository."""

EARLIER = "try an earlier moment: `invoke backup.vault --bring-back TIME`; `invoke logs database` tells more."


def bring_back(stack: Stack, moment: str, progress: Progress) -> dict[str, Any]:
    """Brings every key back, renews the locks, and has pgBackRest archive a segment there.

    Raises:
        Failure: when the moment is refused, or archiving does not go on.
    """
    with progress.step(f"bring back the keys of {moment}") as say:
        found = ask(stack, ["bring-back", moment], say)
    renew(stack, progress, moment)
    with progress.step("archive a segment into s3"):
        prove_archiving(stack)
    return found


def foretold(stack: Stack, moment: str, progress: Progress) -> dict[str, Any]:
    """What that would do; changes nothing."""
    with progress.step(f"compare the keys with those of {moment}") as say:
        return ask(stack, ["bring-back", moment, "--dry-run"], say)


def prove_archiving(stack: Stack) -> None:
    """Has the database end a segment that is new, and awaits it in the repository.

    `pgbackrest check` would do for both repositories, and knows no `--repo`.

    Raises:
        Failure: when it does not arrive, or the repository does not answer.
    """
    target, stanza = container(stack, "database"), stack.settings.backups.stanza
    fault = silent_repositories(read_info(target, stanza), stanza).get(S3)
    if fault:
        raise Failure(f"the keys are back, and repository s3 does not answer: {fault}", remedy=EARLIER)
    archive_segment(target, stanza, S3)
