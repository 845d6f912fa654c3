"""pgBackRest's command lines, and the switch of archiving: what every backup operation says to the engine."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from operation.containers import execute, required
from operation.failure import refusal

if TYPE_CHECKING:
    from infra.sections.backups import Backups

S3 = 2
"""Number of the repository that keeps versions."""

REPOSITORIES = {1: "local", 2: "s3"}
"""pgBackRest's repository numbers and what a person calls them."""

TYPES = ("full", "diff", "incr")
ARCHIVING = "/cluster/archiving.conf"
"""Lies in the volume beside the cluster, so no backup carries it into a restored copy."""
PENDING = "/cluster/archiving.pending"
"""The same in a volume that is to serve: archiving starts once it does, by itself after ten minutes."""


def pgbackrest(stanza: str, command: str, *options: str) -> list[str]:
    """A whole pgBackRest command line, errors and warnings on its console."""
    return ["pgbackrest", f"--stanza={stanza}", "--log-level-console=warn", *options, command]


def backup_command(stanza: str, repository: int, kind: str) -> list[str]:
    """`backup` into one repository.

    Raises:
        Failure: for a type that pgBackRest does not have.
    """
    if kind not in TYPES:
        raise refusal(f"{kind!r} is no type of backup.", remedy=f"use one of: {', '.join(TYPES)}.")
    return [
        "pgbackrest",
        f"--stanza={stanza}",
        f"--repo={repository}",
        f"--type={kind}",
        "--log-level-console=info",
        "backup",
    ]


def background_command(stanza: str) -> list[str]:
    """Backups for which nobody waits; the script of the database's image says what becomes of them."""
    return ["back-up", stanza, *map(str, REPOSITORIES)]


def giving_way(backups: "Backups", argv: Sequence[str], repository: int) -> list[str]:
    """A backup's command line as it leaves processor, disk and network to others.

    Disk: the lowest level of the class that everybody is in; the idle class might never get its turn.

    Args:
        backups: the stack's settings.
        argv: what backs up.
        repository: where to; only what goes to S3 has a bandwidth.
    """
    priority = ["nice", "-n", str(backups.nice), "ionice", "-c", "2", "-n", "7"] if backups.nice else []
    limit = ["limited", str(backups.bandwidth)] if backups.bandwidth and repository == S3 else []
    return [*priority, *limit, *argv]


def info_command(stanza: str, repository: int = 0) -> list[str]:
    """`info` as JSON, of one repository or all; its console is the same output: only errors may be on it."""
    only = [f"--repo={repository}"] if repository else []
    return ["pgbackrest", f"--stanza={stanza}", *only, "--log-level-console=error", "--output=json", "info"]


def as_of(moment: datetime | None) -> dict[str, str]:
    """The environment in which pgBackRest reads a versioned repository as it was; none for as it is.

    Its option `repo-target-time` (configuration reference) holds for every command that names a repository.
    """
    if moment is None:
        return {}
    return {"PGBACKREST_REPO_TARGET_TIME": f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00"}


def abort_command(stanza: str) -> list[str]:
    """Ends what pgBackRest does in a container, by its own means, and lets archiving go on.

    One command, so that a death between the two halves cannot leave archiving stopped.
    """
    script = 'pgbackrest --stanza="$1" --force stop; pgbackrest --stanza="$1" start'
    return ["sh", "-c", script, "sh", stanza]


def repositories(chosen: str) -> list[int]:
    """Repository numbers for what a person typed: `local`, `s3`, a number, or nothing for all.

    Raises:
        Failure: for a repository that does not exist.
    """
    if not chosen:
        return list(REPOSITORIES)
    for number, name in REPOSITORIES.items():
        if chosen in {name, str(number)}:
            return [number]
    known = ", ".join(REPOSITORIES.values())
    raise refusal(f"there is no repository {chosen!r}.", remedy=f"use one of: {known}.")


def archive_command(stanza: str) -> str:
    """The `archive_command` of a database that archives."""
    return f"pgbackrest --stanza={stanza} archive-push %p"


def archive_setting(stanza: str) -> str:
    """The line of PostgreSQL's configuration that says so."""
    return f"archive_command = '{archive_command(stanza)}'"


def archiving_on(target: Any, stanza: str) -> None:
    """Lets the database in that container archive from now on, also after its next start.

    A checkpoint follows: `archive_timeout` sleeps until the first one.
    """
    script = f'printf "%s\\n" "$1" > {PENDING} && mv {PENDING} {ARCHIVING} && sync {ARCHIVING}'
    required(
        execute(target, ["sh", "-c", script, "sh", archive_setting(stanza)]), "writing the archive command"
    )
    query(target, "select pg_reload_conf()")
    query(target, "checkpoint")


def archiving_off(target: Any) -> None:
    """Keeps the database in that container from archiving; segments wait where they are.

    Should nobody stop it or turn archiving on again, it does so itself after ten minutes.
    """
    script = f"if [ -e {ARCHIVING} ]; then touch {ARCHIVING} && mv {ARCHIVING} {PENDING}; fi"
    required(execute(target, ["sh", "-c", script]), "removing the archive command")
    query(target, "select pg_reload_conf()")


def query(target: Any, sql: str, database: str = "postgres") -> str:
    """One statement over the Unix socket; rows as lines, columns parted by tabs.

    Raises:
        Failure: with PostgreSQL's own words.
    """
    argv = ["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
    return required(execute(target, argv), f"the query «{sql}»").strip()
