"""What `pgbackrest info --output=json` says: backups, newest segments, silence and locks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backups.engine import info_command
from backups.history import lsn, timeline_of
from operation.containers import execute, required
from operation.failure import Failure

OTHER = 99
"""pgBackRest's status of a repository that gave an error in place of an answer («other»)."""
BARE = (1, 3)
"""Its statuses of one without the stanza («missing stanza path», «missing stanza data»)."""

SKEWED = "RequestTimeTooSkewed"
"""S3's code for a request that was signed more than 15 minutes off (its «Error responses»)."""


@dataclass(frozen=True)
class Backup:
    """One backup in one repository.

    Attributes:
        label: pgBackRest's name, as `20261124-101500F`.
        repository: its number.
        kind: `full`, `diff` or `incr`.
        started: when it began (UTC).
        stopped: the earliest moment that it can be restored to, a whole second: it had ended by then.
        timeline: the one it was taken on.
        start_lsn: where its WAL begins, as a number: replay starts there.
        stop_lsn: where its WAL ends, as a number.
        database_bytes: size of the cluster.
        stored_bytes: what it added to the repository, in bytes.
        failed: pgBackRest found page errors in it.
    """

    label: str
    repository: int
    kind: str
    started: datetime
    stopped: datetime
    timeline: int
    start_lsn: int
    stop_lsn: int
    database_bytes: int
    stored_bytes: int
    failed: bool


def read_info(target: Any, stanza: str, repository: int = 0) -> list[dict[str, Any]]:
    """Asks pgBackRest in that container about one repository, or about all.

    Raises:
        Failure: when it does not answer at all.
    """
    text = required(
        execute(target, info_command(stanza, repository)),
        "reading the repositories",
        "`invoke status` shows which one does not answer.",
    )
    try:
        info: list[dict[str, Any]] = json.loads(text)
    except ValueError as error:
        raise Failure(f"pgBackRest's answer is not JSON: {text[:200]!r}") from error
    return info


def parse_backups(info: list[dict[str, Any]], stanza: str) -> tuple[Backup, ...]:
    """Every backup of a stanza; the oldest first."""
    found = [_backup(each) for entry in _entries(info, stanza) for each in entry.get("backup", [])]
    return tuple(sorted(found, key=lambda backup: (backup.stopped, backup.label)))


def newest_segments(info: list[dict[str, Any]], stanza: str) -> dict[int, tuple[str, str]]:
    """Of each repository the archive id and the newest segment; a repository without WAL is missing.

    After an upgrade a repository has an archive for each major version: the last one counts.
    """
    newest: dict[int, tuple[str, str]] = {}
    for entry in _entries(info, stanza):
        for archive in sorted(entry.get("archive", []), key=lambda each: int(each["database"]["id"])):
            if archive.get("max"):
                newest[archive["database"]["repo-key"]] = (archive["id"], archive["max"])
    return newest


def silent_repositories(info: list[dict[str, Any]], stanza: str) -> dict[int, str]:
    """Repositories that gave an error in place of an answer, with their words."""
    return {
        repository["key"]: _explained(repository["status"]["message"])
        for entry in _entries(info, stanza)
        for repository in entry.get("repo", [])
        if repository["status"]["code"] == OTHER
    }


def _explained(message: str) -> str:
    """An error in words; a wrong clock is told apart, since the whole request stands before its code."""
    if SKEWED in message:
        return f"403 {SKEWED}: the clocks of this host and of S3 differ by more than 15 minutes"
    return message


def bare_repositories(info: list[dict[str, Any]], stanza: str) -> frozenset[int]:
    """Repositories that answer and do not know the stanza: new ones, and those that somebody emptied."""
    return frozenset(
        repository["key"]
        for entry in _entries(info, stanza)
        for repository in entry.get("repo", [])
        if repository["status"]["code"] in BARE
    )


def systems(info: list[dict[str, Any]], stanza: str) -> frozenset[int]:
    """Identifiers of the clusters whose backups these are."""
    return frozenset(
        int(each["system-id"]) for entry in _entries(info, stanza) for each in entry.get("db", [])
    )


def at_work(info: list[dict[str, Any]], stanza: str) -> bool:
    """Whether a backup holds its lock in the container that was asked."""
    return any(
        bool(entry.get("status", {}).get("lock", {}).get("backup", {}).get("held"))
        for entry in _entries(info, stanza)
    )


def _entries(info: list[dict[str, Any]], stanza: str) -> Iterator[dict[str, Any]]:
    return (entry for entry in info if entry["name"] == stanza)


def _backup(entry: dict[str, Any]) -> Backup:
    stop = entry["archive"]["stop"] or entry["archive"]["start"]
    return Backup(
        label=entry["label"],
        repository=entry["database"]["repo-key"],
        kind=entry["type"],
        started=datetime.fromtimestamp(entry["timestamp"]["start"], UTC),
        stopped=datetime.fromtimestamp(entry["timestamp"]["stop"], UTC) + timedelta(seconds=1),
        timeline=timeline_of(stop),
        start_lsn=lsn(entry["lsn"]["start"]),
        stop_lsn=lsn(entry["lsn"]["stop"]),
        database_bytes=entry["info"]["size"],
        stored_bytes=entry["info"]["repository"].get("delta", 0),
        failed=bool(entry.get("error")),
    )
