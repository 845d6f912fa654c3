"""What the repositories hold: backups, timelines and how far the archived WAL of each reaches."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from backups.engine import REPOSITORIES
from backups.history import Fork, parse_history, timeline_of
from backups.info import (
    Backup,
    bare_repositories,
    newest_segments,
    parse_backups,
    read_info,
    silent_repositories,
    systems,
)
from backups.lineage import Reign
from operation.containers import execute
from operation.failure import Failure


@dataclass(frozen=True)
class Reach:
    """How far one repository's WAL of one timeline goes.

    Attributes:
        timeline: its number.
        segment: the newest one.
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
        reaches: by repository, of the newest timeline there; one that does not answer is missing.
        forks: by timeline, its ancestors and where each was left.
        reigns: which timeline served when, as recorded, the oldest first.
        silent: repositories that did not answer, with their words.
        archives: pgBackRest's name of each repository's archive.
        ends: by repository and timeline, how far the WAL of earlier timelines goes; see `with_ends`.
        systems: identifiers of the clusters whose backups these are.
        bare: repositories that do not know the stanza any more.
    """

    backups: tuple[Backup, ...]
    reaches: dict[int, Reach]
    forks: dict[int, tuple[Fork, ...]]
    reigns: tuple[Reign, ...]
    silent: dict[int, str] = field(default_factory=dict)
    archives: dict[int, str] = field(default_factory=dict)
    ends: dict[tuple[int, int], Reach] = field(default_factory=dict)
    systems: frozenset[int] = frozenset()
    bare: frozenset[int] = frozenset()

    @property
    def timeline(self) -> int:
        """The one that serves: the highest, because promotions only ever count upwards."""
        return max(self.timelines)

    @property
    def timelines(self) -> tuple[int, ...]:
        """All that a repository knows, in order."""
        known = {reach.timeline for reach in self.reaches.values()} | {each.timeline for each in self.backups}
        return tuple(sorted(known | set(self.forks) or {1}))

    def reach(self, repository: int, timeline: int) -> Reach | None:
        """How far a repository's WAL of a timeline goes; None when it has none, or nobody has looked."""
        reach = self.reaches.get(repository)
        if reach is not None and reach.timeline == timeline:
            return reach
        return self.ends.get((repository, timeline))


def read_catalog(target: Any, stanza: str, reigns: tuple[Reign, ...] = (), only: int = 0) -> Catalog:
    """Asks pgBackRest in that container for everything; a repository that is down is named, not fatal.

    Args:
        target: the container.
        stanza: whose.
        reigns: which timeline served when.
        only: the one repository to be asked; 0 for all.

    Raises:
        Failure: when no repository answers.
    """
    info = read_info(target, stanza, only)
    silent = silent_repositories(info, stanza)
    newest = newest_segments(info, stanza)
    if len(silent) == (1 if only else len(REPOSITORIES)):
        raise Failure(
            "no repository answers: " + "; ".join(silent.values()),
            "nothing can be said about what can be restored.",
            "`invoke logs object-store` and `invoke status` tell more.",
        )
    reaches, forks = {}, {}
    for number, (archive, segment) in newest.items():
        try:
            forks.update(_forks(target, stanza, number, archive))
            reach = _reach(target, stanza, number, archive, timeline_of(segment))
        except Failure as failure:
            silent[number] = failure.what
            continue
        reaches[number] = reach or Reach(timeline_of(segment), segment, None)
    return Catalog(
        backups=parse_backups(info, stanza),
        reaches=reaches,
        forks=forks,
        reigns=reigns,
        silent=silent,
        archives={number: archive for number, (archive, _) in newest.items()},
        systems=systems(info, stanza),
        bare=bare_repositories(info, stanza),
    )


def with_ends(target: Any, stanza: str, catalog: Catalog) -> Catalog:
    """The same catalogue with the ends of the earlier timelines, which only a target in time needs.

    What a timeline's own WAL says is also true on a new host, where nobody recorded anything.
    """
    ends = {}
    for number, archive in catalog.archives.items():
        for timeline in catalog.timelines:
            if number in catalog.silent or catalog.reach(number, timeline):
                continue
            reach = _reach(target, stanza, number, archive, timeline)
            if reach is not None:
                ends[number, timeline] = reach
    return replace(catalog, ends={**catalog.ends, **ends})


def reach_before(
    target: Any, stanza: str, catalog: Catalog, repository: int, segment: str
) -> datetime | None:
    """The last commit of a timeline before one of its segments; None when there is none near it.

    Raises:
        Failure: when the WAL there cannot be read.
    """
    found = _reach(
        target, stanza, repository, catalog.archives[repository], timeline_of(segment), before=segment
    )
    return found.until if found else None


def parse_reach(words: str) -> Reach | None:
    """What `wal-reach` printed: a segment and a time, a segment, or nothing."""
    parts = words.split()
    if not parts:
        return None
    until = datetime.fromisoformat(parts[1]) if len(parts) > 1 else None
    return Reach(timeline_of(parts[0]), parts[0], until)


def _reach(  # one word each for what the script takes
    target: Any, stanza: str, repository: int, archive: str, timeline: int, *, before: str = ""
) -> Reach | None:
    argv = ["wal-reach", stanza, str(repository), archive, f"{timeline:08X}"]
    output = execute(target, [*argv, before] if before else argv)
    if output.status != 0:
        raise Failure(f"its WAL cannot be read: {(output.stderr or output.stdout).strip()[-300:]}")
    return parse_reach(output.stdout)


def _forks(target: Any, stanza: str, repository: int, archive: str) -> dict[int, tuple[Fork, ...]]:
    output = execute(target, ["timeline-histories", stanza, str(repository), archive])
    if output.status != 0:
        raise Failure(f"its timelines cannot be read: {(output.stderr or output.stdout).strip()[-300:]}")
    return {timeline_of(name): parse_history(text) for name, text in json.loads(output.stdout).items()}
