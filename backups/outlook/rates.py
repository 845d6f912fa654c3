"""What restores and proofs measured: from it the next restore is predicted, by it predictions are judged."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from operation.custodian import write_private
from operation.stack import Stack

KEPT = 20
"""Runs of each repository that are remembered, the newest."""
VERIFY = "verify"


@dataclass(frozen=True)
class Run:
    """One restore or proof that succeeded.

    Attributes:
        at: when it ended (UTC).
        what: `verify`, or the goal of a restore: `latest`, `time`, `mark`, `backup`, `end`.
        repository: `local` or `s3`.
        restored_bytes: size of the cluster that was filled in.
        fill_seconds: of pgBackRest's restore.
        wal_bytes: replayed, by WAL positions; 0 when the server did not say.
        replay_seconds: of the server's start and of its way to the target.
        rest_seconds: everything else of a restore: containers, checks, promotion, cut-over, deployment.
            None for a proof, which does other things there.
        down_seconds: without a database; None when none ran before, and for a proof.
        predicted_seconds: of the whole, as it was said before; None when nobody could say.
    """

    at: datetime
    what: str
    repository: str
    restored_bytes: int
    fill_seconds: float
    wal_bytes: int
    replay_seconds: float
    rest_seconds: float | None = None
    down_seconds: float | None = None
    predicted_seconds: float | None = None

    @property
    def seconds(self) -> float:
        """All that was measured of it; of a restore that is the whole."""
        return round(self.fill_seconds + self.replay_seconds + (self.rest_seconds or 0.0), 1)

    @property
    def error(self) -> float | None:
        """How far the prediction was off, as a part of the real time: 0.1 is a tenth too long."""
        if self.predicted_seconds is None or not self.seconds:
            return None
        return self.predicted_seconds / self.seconds - 1


RUNS = TypeAdapter(list[Run])


def runs(stack: Stack) -> list[Run]:
    """All that are kept, the oldest first; none when the file is lost or damaged."""
    try:
        return RUNS.validate_json(_path(stack).read_bytes())
    except (OSError, ValueError):
        return []


def keep(stack: Stack, run: Run) -> Run:
    """Remembers a run, privately; under the stack's lock. A full disk costs the memory, not the restore."""
    known = [*runs(stack), run]
    newest = {name: [each for each in known if each.repository == name][-KEPT:] for name in _names(known)}
    kept = [each for each in known if any(each is one for one in newest[each.repository])]
    try:
        write_private(_path(stack), RUNS.dump_json(kept, indent=1))
    except OSError:
        return run
    return run


def _names(known: list[Run]) -> set[str]:
    return {each.repository for each in known}


def _path(stack: Stack) -> Path:
    return stack.folder / "rates.json"
