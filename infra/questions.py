"""What the database's container is asked for `status`: its answers take longest, so all are asked at once."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from backups import lineage
from backups.catalog import Catalog, read_catalog
from infra.room import Room, room
from operation.containers import container
from operation.stack import Stack


@dataclass(frozen=True)
class Seen:
    """The catalogue, and when it was whole: it gets older while other answers are awaited."""

    catalog: Catalog
    at: datetime


@dataclass(frozen=True)
class Questions:
    """Answers to come; a `Failure` comes where its answer would.

    Attributes:
        catalog: backups and reach of both repositories.
        room: disk and WAL that waits.
    """

    catalog: Future[Seen]
    room: Future[Room]


@contextmanager
def asked(stack: Stack) -> Iterator[Questions]:
    """Asks, and waits at the end of the block for what nobody waited for."""
    with ThreadPoolExecutor() as threads:
        yield Questions(threads.submit(_catalog, stack), threads.submit(room, stack))


def _catalog(stack: Stack) -> Seen:
    target = container(stack, "database")
    catalog = read_catalog(target, stack.settings.backups.stanza, lineage.recorded(stack))
    return Seen(catalog, datetime.now(UTC))
