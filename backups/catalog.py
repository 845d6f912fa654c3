"""What the repositories hold: backups, timelines and how far the archived WAL reaches."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backups.engine import REPOSITORIES, pgbackrest
from backups.history import Fork, lsn, parse_history
from backups.lineage import Reign
from operation.containers import execute, required
from operation.failure import Failure


@dataclass(frozen=True)
class Backup:
    """One backup in one repository.

    Attributes:
        label: pgBackRest's name, as `20261124-101500F`.
        repository: its number.
        kind: `full`, `diff` or `incr`.
        started: when it began (UTC).
        stopped: when it ended: the earliest moment that it can be restored to.
        timeline: the one it was taken on.
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
    stop_lsn: int
    database_bytes: int
    stored_bytes: int
    failed: bool


@dataclass(frozen=True)
class Reach:
    """How far one repository's WAL goes.

    Attributes:
        timeline: of the newest segment.
        segment: its name.
        until: the last commit in it; None when it holds none.
    """

    timeline: int
    segment: str
    until: datetime | None


@dataclass(frozen=True)
class Catalog:
    """Everything that a restore has to know before it starts.

    Attributes:
        backups: the oldest first.
        reaches: by repository; one that does not answer is missing.
        forks: by timeline, its ancestors and where each was left.
        reigns: which timeline served when, the oldest first.
        silent: repositories that did not answer, with their words.
    """

    backups: tuple[Backup, ...]
    reaches: dict[int, Reach]
    forks: dict[int, tuple[Fork, ...]]
    reigns: tuple[Reign, ...]
    silent: dict[int, str] = field(default_factory=dict)

    @property
    def timeline(self) -> int:
        """The one that serves: the highest, because promotions only ever count upwards."""
        known = [reach.timeline for reach in self.reaches.values()] + [each.timeline for each in self.backups]
        return max(known, default=1)


def parse_backups(info: list[dict[str, Any]], stanza: str) -> tuple[Backup, ...]:
    """Reads `pgbackrest info --output=json`; the oldest backup first."""
    found = [_backup(each) for entry in info if entry["name"] == stanza for each in entry.get("backup", [])]
    return tuple(sorted(found, key=lambda backup: backup.stopped))


def newest_segments(info: list[dict[str, Any]], stanza: str) -> dict[int, tuple[str, str]]:
    """Of each repository the archive id and the newest segment."""
    newest: dict[int, tuple[str, str]] = {}
    for entry in info:
        for archive in entry.get("archive", []) if entry["name"] == stanza else []:
            if archive.get("max"):
                newest[archive["database"]["repo-key"]] = (archive["id"], archive["max"])
    return newest


def silent_repositories(info: list[dict[str, Any]], stanza: str) -> dict[int, str]:
    """Repositories that gave an error in place of an answer (pgBackRest's status 99)."""
    return {
        repository["key"]: repository["status"]["message"]
        for entry in info
        if entry["name"] == stanza
        for repository in entry.get("repo", [])
        if repository["status"]["code"] == 99  # noqa: PLR2004  # «other»
    }


def read_info(target: Any, stanza: str) -> list[dict[str, Any]]:
    """Asks pgBackRest in that container about all repositories.

    Raises:
        Failure: when it does not answer at all.
    """
    text = required(
        execute(target, pgbackrest(stanza, "info", "--output=json", level="error")),
        "reading the repositories",
        "`invoke status` shows which one does not answer.",
    )
    info: list[dict[str, Any]] = json.loads(text)
    return info


def read_catalog(target: Any, stanza: str, reigns: tuple[Reign, ...] = ()) -> Catalog:
    """Asks pgBackRest in that container for everything; a repository that is down is named, not fatal."""
    info = read_info(target, stanza)
    silent = silent_repositories(info, stanza)
    newest = newest_segments(info, stanza)
    backups = parse_backups(info, stanza)
    if not newest and len(silent) == len(REPOSITORIES):
        raise Failure(
            "no repository answers: " + "; ".join(silent.values()),
            "nothing can be said about what can be restored.",
            "`invoke logs object-store` and `invoke status` tell more.",
        )
    reaches = {number: _reach(target, stanza, number, *place) for number, place in newest.items()}
    return Catalog(backups, reaches, _forks(target, stanza, newest), reigns, silent)


def _backup(entry: dict[str, Any]) -> Backup:
    stop = entry["archive"]["stop"] or entry["archive"]["start"]
    return Backup(
        label=entry["label"],
        repository=entry["database"]["repo-key"],
        kind=entry["type"],
        started=datetime.fromtimestamp(entry["timestamp"]["start"], UTC),
        stopped=datetime.fromtimestamp(entry["timestamp"]["stop"], UTC),
        timeline=int(stop[:8], 16),
        stop_lsn=lsn(entry["lsn"]["stop"]),
        database_bytes=entry["info"]["size"],
        stored_bytes=entry["info"]["repository"].get("delta", 0),
        failed=bool(entry.get("error")),
    )


def _reach(target: Any, stanza: str, repository: int, archive: str, segment: str) -> Reach:
    output = execute(target, ["wal-reach", stanza, str(repository), archive, segment])
    words = output.stdout.strip()
    until = datetime.fromisoformat(words) if output.status == 0 and words else None
    return Reach(int(segment[:8], 16), segment, until)


def _forks(target: Any, stanza: str, newest: dict[int, tuple[str, str]]) -> dict[int, tuple[Fork, ...]]:
    forks: dict[int, tuple[Fork, ...]] = {}
    for repository, (archive, _) in sorted(newest.items()):
        output = execute(target, ["timeline-histories", stanza, str(repository), archive])
        for name, text in json.loads(output.stdout or "{}").items():
            forks.setdefault(int(name[:8], 16), parse_history(text))
    return forks
