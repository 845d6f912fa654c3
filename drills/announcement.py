"""How the last drill of each runbook ended, told to the platform, whose status page shows it."""

import json
from collections.abc import Iterable
from typing import Any

from backups.engine import query
from drills.evidence import Evidence, Journal, State, past
from drills.turn import settled
from operation.containers import container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

TELL = """insert into operations.drill
select * from json_to_recordset($drills${rows}$drills$) as
  told(runbook text, ended_at timestamptz, passed boolean, rto float8, rto_objective float8, rpo float8,
       rpo_objective float8)
on conflict (runbook) do update set ended_at = excluded.ended_at, passed = excluded.passed,
  rto = excluded.rto, rto_objective = excluded.rto_objective, rpo = excluded.rpo,
  rpo_objective = excluded.rpo_objective
where excluded.ended_at >= drill.ended_at"""
"""All of them each time: a database that went back to an earlier time has forgotten the later ones."""


def try_to_announce(stack: Stack, progress: Progress) -> None:
    """Tells it where the stack is monitored; a database that cannot be told changes nothing of the drill."""
    if not stack.settings.monitoring.enabled:
        return
    try:
        announce(stack)
    except Failure as failure:
        progress.say(f"! the status page was not told ({failure.what}); `invoke drill.report` tries again.")


def announce(stack: Stack) -> None:
    """Writes one row for each runbook that was drilled.

    Raises:
        Failure: there is no database, or it refuses.
    """
    rows = told(settled(stack, past(stack)))
    if rows:
        query(container(stack, "database"), TELL.format(rows=json.dumps(rows)))


def told(drills: Iterable[Evidence]) -> list[dict[str, Any]]:
    """The newest ended drill of each runbook.

    Args:
        drills: the newest first.
    """
    rows: dict[str, dict[str, Any]] = {}
    for journal in (each.journal for each in drills):
        if journal.ended_at is not None and journal.state is not State.INTERRUPTED:
            rows.setdefault(journal.runbook, _row(journal))
    return list(rows.values())


def _row(journal: Journal) -> dict[str, Any]:
    measured = journal.measured
    return {
        "runbook": journal.runbook,
        "ended_at": journal.ended_at.isoformat() if journal.ended_at else None,
        "passed": journal.state is State.PASSED,
        "rto": measured.recovery.seconds if measured else None,
        "rto_objective": journal.rto_objective,
        "rpo": measured.loss.seconds if measured and measured.loss else None,
        "rpo_objective": journal.rpo_objective,
    }
