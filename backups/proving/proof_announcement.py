"""How the newest proofs of each repository ended, told to the platform, whose monitoring raises an alert."""

import json
from typing import Any

from backups.engine import REPOSITORIES, query
from backups.proving import proofs
from backups.proving.proofs import Proofs
from operation.containers import container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

TELL = """insert into operations.proof
select * from json_to_recordset($proofs${rows}$proofs$) as
  told(repository text, ended_at timestamptz, good boolean, proven_at timestamptz)
on conflict (repository) do update set ended_at = excluded.ended_at, good = excluded.good,
  proven_at = excluded.proven_at"""
"""Both repositories each time: a database that went back to an earlier time has forgotten later proofs."""


def try_to_announce(stack: Stack, progress: Progress) -> None:
    """Tells it where the stack is monitored; a database that cannot be told changes nothing of a proof."""
    if not stack.settings.monitoring.enabled:
        return
    try:
        rows = told(proofs.read(stack))
        if rows:
            query(container(stack, "database"), TELL.format(rows=json.dumps(rows)))
    except Failure as failure:
        progress.say(f"! monitoring was not told of the proofs ({failure.what}); the next proof tells it.")


def told(kept: Proofs) -> list[dict[str, Any]]:
    """A row for each repository that was ever proven, or tried."""
    newest, good = kept.newest(), kept.newest(good=True)
    return [
        {
            "repository": name,
            "ended_at": newest[name].at.isoformat(),
            "good": newest[name].good,
            "proven_at": good[name].at.isoformat() if name in good else None,
        }
        for name in REPOSITORIES.values()
        if name in newest
    ]
