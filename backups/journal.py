"""The journal of a move: what was under way, so that the next command can end it either way."""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from backups.lineage import Reign, as_content, parse_reigns
from backups.points.along import Along, parse_along
from operation.custodian import write_private
from operation.stack import Stack


class Phase(StrEnum):
    """How far a move has come.

    Until the new volume serves it is taken back; from there on it is carried through.
    """

    FILLING = "filling"
    CUT_OVER = "cut-over"
    STARTING = "starting"
    SERVING = "serving"


@dataclass(frozen=True)
class Move:
    """A change of the serving volume.

    Attributes:
        old: volume that the service named before, or empty.
        new: volume that is to serve.
        fresh: the new volume was made for this move and goes with it when it fails.
        lived: the database served from the old volume when the move began.
        values: what the stack's file says afterwards.
        reigns: the timeline that ended, when it is known, and the one that begins.
        phase: how far it has come.
        along: what goes along with it beside the database.
        image: that the new volume is served by; empty for the present one.
        old_image: that the old volume is served by; empty where both are.
    """

    old: str
    new: str
    fresh: bool
    lived: bool
    values: dict[str, Any]
    reigns: tuple[Reign, ...] = ()
    phase: Phase = Phase.FILLING
    along: Along = field(default_factory=Along)
    image: str = ""
    old_image: str = ""

    def at(self, phase: Phase) -> "Move":
        """The same move, further on."""
        return replace(self, phase=phase)


def write(stack: Stack, move: Move) -> Move:
    """Makes the journal durable before the step that it names."""
    content = {**asdict(move), "reigns": as_content(move.reigns)}
    write_private(_path(stack), json.dumps(content).encode())
    return move


def read(stack: Stack) -> Move | None:
    """The move that did not end, if there is one."""
    path = stack.folder / "restore.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    parsed = {
        "phase": Phase(content["phase"]),
        "reigns": parse_reigns(content["reigns"]),
        "along": parse_along(content.get("along", {})),
    }
    return Move(**{**content, **parsed})


def age(stack: Stack) -> float:
    """Seconds since the journal was written; 0 when there is none."""
    path = stack.folder / "restore.json"
    return time.time() - path.stat().st_mtime if path.exists() else 0.0


def clear(stack: Stack) -> None:
    """The move has ended."""
    _path(stack).unlink(missing_ok=True)


def _path(stack: Stack) -> Path:
    return stack.make_folder() / "restore.json"
