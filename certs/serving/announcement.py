"""How the last renewal ended, told to the platform, whose monitoring raises an alert when it failed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from backups.engine import query
from operation.containers import container
from operation.failure import Failure
from operation.stack import Stack

TELL = """insert into operations.renewal (ended_at, succeeded) values (now(), {succeeded})
on conflict (one) do update set ended_at = excluded.ended_at, succeeded = excluded.succeeded"""


@contextmanager
def announced(stack: Stack) -> Iterator[None]:
    """Tells how the block ended, where the stack is monitored.

    A database that cannot be told changes nothing of it: what is served counts, and the next renewal tells.
    An interrupted block tells nothing: whoever interrupted it knows.
    """
    try:
        yield
    except Failure:
        _tell(stack, succeeded=False)
        raise
    _tell(stack, succeeded=True)


def _tell(stack: Stack, *, succeeded: bool) -> None:
    if stack.settings.monitoring.enabled:
        with suppress(Failure):
            query(container(stack, "database"), TELL.format(succeeded=succeeded))
