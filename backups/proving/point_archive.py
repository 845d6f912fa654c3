"""WAL on its way into a repository: that of a point, or a segment made to see whether archiving goes on."""

from typing import Any

from backups.engine import REPOSITORIES, query
from backups.info import newest_segments, read_info, silent_repositories
from operation.containers import execute, wait_for
from operation.failure import Failure

ARCHIVE_SECONDS = 120
"""A segment is archived within seconds; one that is not after two minutes may never be."""

NEW_SEGMENT = "select pg_walfile_name(pg_logical_emit_message(false, 'bem', 'archived?'))"
"""The segment that now gets a record which means nothing; an empty one would not be ended."""


def archive_segment(target: Any, stanza: str, repository: int) -> None:
    """Has the database end a segment that is new, and awaits it in that repository.

    Raises:
        Failure: when it does not come.
    """
    segment = query(target, NEW_SEGMENT)
    query(target, "select pg_switch_wal()")
    wait_until_archived(target, stanza, repository, segment)


def wait_until_archived(target: Any, stanza: str, repository: int, segment: str) -> None:
    """Waits until that repository has a segment, looked for by its own name: segments come in any order.

    A repository that does not answer is not waited for: whoever reads its catalogue next is told why.

    Raises:
        Failure: when it does not come: what is written now is not safe there.
    """
    info = read_info(target, stanza)
    if repository in silent_repositories(info, stanza):
        return
    archive, _ = newest_segments(info, stanza).get(repository, ("", ""))
    try:
        wait_for(
            lambda: archive and archived(target, listing(stanza, repository, archive, segment), segment),
            ARCHIVE_SECONDS,
            "the archiving",
        )
    except Failure as failure:
        name = REPOSITORIES[repository]
        raise Failure(
            f"WAL is missing: segment {segment} is not in repository {name} after {ARCHIVE_SECONDS} s.",
            "what is written now could not be restored from there.",
            "`invoke status` says whether it answers; `invoke logs database` says why nothing is archived.",
        ) from failure


def listing(stanza: str, repository: int, archive: str, segment: str) -> list[str]:
    """The command that lists one segment's file in a repository; pure."""
    options = [f"--stanza={stanza}", f"--repo={repository}", "--log-level-console=off"]
    folder = f"archive/{stanza}/{archive}/{segment[:16]}"
    return ["pgbackrest", *options, f"--filter=^{segment}-", "repo-ls", folder]


def archived(target: Any, argv: list[str], segment: str) -> bool:
    """Whether that listing shows the segment."""
    output = execute(target, argv)
    return output.status == 0 and output.stdout.startswith(f"{segment}-")
