"""What the database's container is asked for `status`: its answers take longest, so all are asked at once."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from backups import lineage
from backups.catalog import Catalog, read_catalog
from backups.continuity import Torn
from backups.soundness import torn
from infra.room import Room, room
from infra.zero_loss import ZeroLoss, zero_loss
from operation.containers import container
from operation.stack import Stack


@dataclass(frozen=True)
class Seen:
    """The catalogue and holes in WAL, and when that was so: it gets older while others are awaited."""

    catalog: Catalog
    at: datetime
    torn: Mapping[int, Torn]


@dataclass(frozen=True)
class Questions:
    """Answers to come; a `Failure` comes where its answer would.

    Attributes:
        catalog: backups and reach of both repositories.
        room: disk and WAL that waits.
        zero_loss: the WAL receiver; not asked for where the stack has none.
    """

    catalog: Future[Seen]
    room: Future[Room]
    zero_loss: Future[ZeroLoss] | None = None


@contextmanager
def asked(stack: Stack) -> Iterator[Questions]:
    """Asks, and waits at the end of the block for what nobody waited for."""
    with ThreadPoolExecutor() as threads:
        receiver = stack.settings.database.wal_receiver.enabled
        yield Questions(
            threads.submit(_catalog, stack),
            threads.submit(room, stack),
            threads.submit(zero_loss, stack) if receiver else None,
        )


def _catalog(stack: Stack) -> Seen:
    target = container(stack, "database")
    catalog = read_catalog(target, stack.settings.backups.stanza, lineage.recorded(stack))
    at = datetime.now(UTC)
    return Seen(catalog, at, torn(target, stack.settings.backups.stanza, catalog))
