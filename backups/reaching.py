"""How far the repositories reach, and having a living database archive what a target in time needs."""

import time
from datetime import UTC, datetime
from typing import Any

from backups import lineage
from backups.catalog import Catalog, read_catalog, with_ends
from backups.coverage import covers
from backups.engine import S3, query
from backups.target import Target
from operation.containers import wait_for
from operation.failure import Failure
from operation.stack import Stack

REACH_SECONDS = 60
GRACE_SECONDS = 3.0
"""A segment comes into one repository a moment before the other; the local one restores faster."""


def reaching(  # each is another part of the question
    stack: Stack, asked: Any, living: Any, target: Target, repository: int, say: Any
) -> Catalog:
    """The catalogue, once it reaches a target in time, or when it does not come to do so.

    Args:
        stack: whose database.
        asked: a container that reads the repositories.
        living: the database's own; None when it does not run.
        target: where it is to go.
        repository: the only one to be used; 0 for any.
        say: is told when the database is asked to archive.

    Raises:
        Failure: when no repository answers.
    """
    stanza, reigns = stack.settings.backups.stanza, lineage.recorded(stack)
    catalog = read_catalog(asked, stanza, reigns, S3 if target.vault else 0)
    moment = target.time
    if moment is None:
        return catalog
    here = _covered(catalog, _first(catalog, repository), moment)
    if living is not None and not here and moment <= datetime.now(UTC):
        say("asking the database to archive what it has")
        catalog = _archived(living, stanza, catalog, repository, moment)
    return with_ends(asked, stanza, catalog)


def _archived(living: Any, stanza: str, catalog: Catalog, repository: int, moment: datetime) -> Catalog:
    """Makes a commit after the moment and waits until it is archived; what there is when that does not come.

    A transaction that has a number is a commit to recovery, also when it wrote nothing.
    """
    newest, others_since = catalog, 0.0

    def again() -> bool:
        nonlocal newest, others_since
        query(living, "select pg_current_xact_id()")
        query(living, "select pg_switch_wal()")
        newest = read_catalog(living, stanza, catalog.reigns)
        if not _covered(newest, repository, moment) or _covered(newest, _first(newest, repository), moment):
            return _covered(newest, repository, moment)
        others_since = others_since or time.monotonic()
        return time.monotonic() - others_since > GRACE_SECONDS

    try:
        wait_for(again, REACH_SECONDS, "the archiving of the target")
    except Failure:
        return newest
    return newest


def _first(catalog: Catalog, repository: int) -> int:
    """The repository that is restored from by preference: the chosen one, else the first that answers."""
    return repository or min(set(catalog.archives) - set(catalog.silent), default=0)


def _covered(catalog: Catalog, repository: int, moment: datetime) -> bool:
    """By the repository that was chosen; by any when none was."""
    return any(covers(catalog, number, moment) for number in catalog.archives if repository in {0, number})
