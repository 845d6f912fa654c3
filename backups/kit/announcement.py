"""How custody stands, told to the platform, whose monitoring raises an alert."""

from backups.engine import query
from backups.kit.custody import Custody, custody
from operation.containers import container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

TELL = """insert into operations.custody (one, made_at, stale, off_host, required)
values (true, {made}, {stale}, {off_host}, {required})
on conflict (one) do update set made_at = excluded.made_at, stale = excluded.stale,
  off_host = excluded.off_host, required = excluded.required"""


def try_to_announce(stack: Stack, progress: Progress) -> None:
    """Tells it where the stack is monitored; a database that cannot be told changes nothing of it."""
    if not stack.settings.monitoring.enabled:
        return
    try:
        query(container(stack, "database"), statement(custody(stack)))
    except Failure as failure:
        progress.say(f"! monitoring was not told of the recovery kit ({failure.what}); `invoke up` tells it.")


def statement(found: Custody) -> str:
    """The statement that says so; pure."""
    return TELL.format(
        made=f"'{found.made.isoformat()}'" if found.made else "null",
        stale=bool(found.stale),
        off_host=found.off_host,
        required=found.required,
    )
