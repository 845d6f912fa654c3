"""Whether an acknowledged row is on two volumes now: what the database says of its WAL receiver."""

import json
from dataclasses import dataclass
from datetime import datetime

from backups.engine import query
from operation.containers import container
from operation.stack import Stack

ASK = """
select json_build_object(
  'waits', current_setting('synchronous_standby_names') <> '',
  'receives', coalesce(receiver.streams, false),
  'behind', receiver.behind,
  'since', noted.at, 'why', noted.why)
from (select bool_or(state = 'streaming') as streams,
        pg_wal_lsn_diff(pg_current_wal_flush_lsn(), max(flush_lsn))::bigint as behind
      from pg_stat_replication where application_name = 'wal_receiver') as receiver
  left join (select at, why from operations.zero_loss order by at desc limit 1) as noted on true
"""


@dataclass(frozen=True)
class ZeroLoss:
    """The WAL receiver, as the database sees it.

    Attributes:
        waits: commits wait until the receiver has them.
        receives: it is connected and takes WAL as it is written.
        behind_bytes: of WAL that it does not have yet; None when it is not connected.
        since: when this was noted last; None when it never was.
        why: what was noted.
    """

    waits: bool
    receives: bool
    behind_bytes: int | None
    since: datetime | None
    why: str

    @property
    def faults(self) -> list[str]:
        """What is wrong, with what to do."""
        if not self.waits:
            since = f" since {self.since.isoformat(timespec='seconds')}" if self.since else ""
            words = f"zero loss is off{since} ({self.why})"
            return [f"{words}: the data volume alone has the newest rows: `invoke logs wal-receiver`."]
        if not self.receives:
            return ["commits wait for the WAL receiver, which is away: `invoke logs wal-receiver`."]
        return []


def zero_loss(stack: Stack) -> ZeroLoss:
    """Asks the database.

    Raises:
        Failure: when it does not run, or does not answer.
    """
    return parsed(query(container(stack, "database"), ASK))


def parsed(text: str) -> ZeroLoss:
    """Reads its answer."""
    content = json.loads(text)
    since, behind = content["since"], content["behind"]
    return ZeroLoss(
        waits=bool(content["waits"]),
        receives=bool(content["receives"]),
        behind_bytes=None if behind is None else int(behind),
        since=datetime.fromisoformat(since) if since else None,
        why=content["why"] or "nothing was noted",
    )
