"""Dry runs: what a task would do, said and not done."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backups import journal
from backups.engine import REPOSITORIES
from backups.outlook.loss import Loss
from backups.outlook.prediction import Prediction
from backups.outlook.survey import Outlook
from backups.plan import point_of
from backups.preflight import Checked
from backups.undo import forgettable, previous
from operation.stack import Stack


def backup(
    commands: Mapping[int, Sequence[str]], *, as_json: bool, proof: bool = False, point: Sequence[str] = ()
) -> None:
    """The command lines, by number of the repository, the parts of the point, and whether proofs follow."""
    found = [
        {"repository": REPOSITORIES[number], "argv": list(argv), "proof": proof, "point": list(point)}
        for number, argv in commands.items()
    ]
    proofs = [f"then a proof of {REPOSITORIES[number]} by a restore" for number in commands if proof]
    points = [f"then a recovery point over {', '.join(point)}"] if point else []
    _tell(found, [*(" ".join(argv) for argv in commands.values()), *points, *proofs], as_json=as_json)


def restore(stack: Stack, checked: Checked, outlook: Outlook, *, as_json: bool) -> None:
    """What the pre-flight decided and what is to be expected; a person has read it already."""
    plan, point = checked.options[0], point_of(checked.options[0])
    lost = max(0.0, (datetime.now(UTC) - point).total_seconds()) if point else 0.0
    found = {
        "stack": stack.name,
        "backup": plan.backup.label,
        "repository": REPOSITORIES[plan.backup.repository],
        "timeline": plan.timeline,
        "to": point.isoformat() if point else None,
        "restored_bytes": plan.backup.database_bytes,
        "wal_bytes": outlook.stretch.size.likely,
        "wal_assumed": outlook.stretch.assumed or None,
        **_predicted(outlook.prediction),
        "needed_bytes": checked.needed,
        "free_bytes": checked.free,
        "seconds_lost": round(lost, 1),
        **_lost(outlook.loss),
        **checked.beside.content(),
        "unarchived_segments": checked.unarchived,
    }
    _tell(found, [], as_json=as_json)


def undo(stack: Stack, *, as_json: bool) -> None:
    """To which volume the database would go back.

    Raises:
        Failure: when there is none.
    """
    now, back = stack.settings.database.generation, previous(stack)
    found = {
        "stack": stack.name,
        "from_generation": now,
        "to_generation": back,
        "volume": stack.volume(back),
        "interrupted_restore": journal.read(stack) is not None,
    }
    lines = [
        f"from generation {now} back to generation {back}, volume {stack.volume(back)}",
        f"what was written since stays in volume {stack.volume(now)}",
    ]
    _tell(found, [*_interrupted(stack), *lines], as_json=as_json)


def forget(stack: Stack, generation: int, *, as_json: bool) -> None:
    """Which volume would be removed.

    Raises:
        Failure: when it serves, or is not kept.
    """
    volume = forgettable(stack, generation)
    found = {"stack": stack.name, "generation": generation, "volume": volume}
    _tell(found, [*_interrupted(stack), f"volume {volume} would be removed for good"], as_json=as_json)


def _interrupted(stack: Stack) -> list[str]:
    if journal.read(stack) is None:
        return []
    return ["! a restore was interrupted; the next command that is no dry run ends it"]


def _tell(found: object, lines: Sequence[str], *, as_json: bool) -> None:
    for line in [json.dumps(found, indent=1)] if as_json else lines:
        print(line)


def _predicted(prediction: Prediction | None) -> dict[str, Any]:
    """Seconds, each with its range; null where nothing was measured."""
    if prediction is None:
        return {"predicted_seconds": None, "predicted_from": 0}
    parts = {
        "": prediction.whole,
        "fill_": prediction.fill,
        "replay_": prediction.replay,
        "rest_": prediction.rest,
        "down_": prediction.down,
    }
    found: dict[str, Any] = {}
    for name, span in parts.items():
        found[f"predicted_{name}seconds"] = round(span.seconds, 1) if span else None
        found[f"predicted_{name}range"] = [round(span.low, 1), round(span.high, 1)] if span else None
    errors = [round(100 * error, 1) for error in prediction.errors]
    return {**found, "predicted_from": prediction.runs, "last_errors_percent": errors}


def _lost(loss: Loss | None) -> dict[str, Any]:
    """Rows and marks; null where nobody counted."""
    found = loss or Loss(rows={})
    return {
        "rows_lost": found.total,
        "rows_lost_by_table": found.rows,
        "rows_not_counted": list(found.uncounted),
        "rows_note": found.why or None,
        "marks_lost": list(found.marks),
    }
