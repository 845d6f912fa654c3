"""The journal of a restore: what was under way, so that the next command can end it either way."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from operation.custodian import write_private
from operation.stack import Stack


class Phase(StrEnum):
    """How far a restore has come.

    Before `serving` it is taken back; from there on it is carried through.
    """

    FILLING = "filling"
    CUT_OVER = "cut-over"
    SERVING = "serving"


@dataclass(frozen=True)
class Move:
    """A change of the serving volume.

    Attributes:
        old: volume that served, or empty.
        new: volume that is to serve.
        fresh: the new volume was made for this move and goes with it when it fails.
        values: what the stack's file says afterwards.
        phase: how far it has come.
    """

    old: str
    new: str
    fresh: bool
    values: dict[str, Any]
    phase: Phase = Phase.FILLING

    def at(self, phase: Phase) -> "Move":
        """The same move, further on."""
        return replace(self, phase=phase)


def write(stack: Stack, move: Move) -> None:
    """Makes the journal durable before the step that it names."""
    write_private(_path(stack), json.dumps(asdict(move)).encode())


def read(stack: Stack) -> Move | None:
    """The move that did not end, if there is one."""
    path = stack.folder / "restore.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    return Move(**{**content, "phase": Phase(content["phase"])})


def clear(stack: Stack) -> None:
    """The move has ended."""
    _path(stack).unlink(missing_ok=True)


def _path(stack: Stack) -> Path:
    return stack.make_folder() / "restore.json"
