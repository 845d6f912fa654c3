"""Pulumi's state of a stack: one JSON file, which a kill or a full disk can cut short."""

import json
from pathlib import Path

from operation.custodian import write_private
from operation.progress import Progress
from operation.stack import Stack

PROJECT = "bem"


def state_path(stack: Stack) -> Path:
    """Where Pulumi's local backend keeps the state, whether or not it exists."""
    return stack.folder / "pulumi" / ".pulumi" / "stacks" / PROJECT / f"{stack.name}.json"


def mend(stack: Stack, progress: Progress) -> bool:
    """Puts the newest whole copy in the place of a state that cannot be read; without one, begins anew.

    What the copy does not know is found by its label afterwards, so that nothing is made twice.

    Returns:
        whether something was wrong.
    """
    path = state_path(stack)
    noted = _drop_broken_notes(stack.folder / "pulumi")
    if not path.exists() or is_whole(path):
        return noted
    copies = sorted(_copies(stack), key=lambda each: each.stat().st_mtime, reverse=True)
    good = next((each for each in copies if is_whole(each)), None)
    path.rename(path.with_suffix(".json.broken"))
    if good is None:
        progress.say("! Pulumi's state was cut short before it was ever whole; it is made anew")
        return True
    write_private(path, good.read_bytes())
    progress.say(f"! Pulumi's state was cut short; its copy of {good.name} is in its place")
    return True


def _drop_broken_notes(folder: Path) -> bool:
    """Removes notes on files (`*.attrs`: type and checksum) that were cut short; Pulumi does without them.

    On the state, on a lock, on what its history holds: one of them and no `pulumi` opens the stack.
    """
    broken = [each for each in folder.rglob("*.attrs") if not _is_json(each)]
    for each in broken:
        each.unlink(missing_ok=True)
    return bool(broken)


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text())
    except (OSError, ValueError):
        return False
    return True


def is_whole(path: Path) -> bool:
    """Whether a file holds a state."""
    try:
        return "checkpoint" in json.loads(path.read_text())
    except (OSError, ValueError, TypeError):
        return False


def _copies(stack: Stack) -> list[Path]:
    root = stack.folder / "pulumi" / ".pulumi"
    beside = list(state_path(stack).parent.glob(f"{stack.name}.json.bak"))
    return [
        *beside,
        *(root / "backups").rglob(f"{stack.name}.*.json"),
        *(root / "history").rglob("*.checkpoint.json"),
    ]
