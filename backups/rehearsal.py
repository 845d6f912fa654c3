"""Dry runs: what a task would do, said and not done."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from backups import journal
from backups.engine import REPOSITORIES
from backups.forecast import point_of
from backups.preflight import Checked
from backups.undo import forgettable, previous
from operation.stack import Stack


def backup(commands: Mapping[int, Sequence[str]], *, as_json: bool) -> None:
    """The command lines, by number of the repository."""
    found = [{"repository": REPOSITORIES[number], "argv": list(argv)} for number, argv in commands.items()]
    _tell(found, [" ".join(argv) for argv in commands.values()], as_json=as_json)


def restore(stack: Stack, checked: Checked, *, as_json: bool) -> None:
    """What the pre-flight decided; a person has read it already."""
    plan, point = checked.options[0], point_of(checked.options[0])
    lost = max(0.0, (datetime.now(UTC) - point).total_seconds()) if point else 0.0
    found = {
        "stack": stack.name,
        "backup": plan.backup.label,
        "repository": REPOSITORIES[plan.backup.repository],
        "timeline": plan.timeline,
        "to": point.isoformat() if point else None,
        "seconds_lost": round(lost, 1),
        "free_bytes": checked.free,
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
