"""How the last run of a schedule went."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from operation.custodian import write_private
from operation.stack import Stack


class Outcome(StrEnum):
    """How a run ended; RUNNING with nobody at it was killed."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    BUSY = "busy"
    INTERRUPTED = "interrupted"


class Run(BaseModel):
    """What `.ops/<stack>/schedules/last/<name>.json` holds.

    Attributes:
        started: when the run began, waits for other operations among it (UTC).
        ended: None while it runs, or when it was killed.
        seconds: how long it took.
        outcome: how it ended.
        exit_status: the job's; None while it runs, or when it never could.
        log: file with all that the job said.
        detail: what it said at last, when it failed.
        good: when a run last ended well (UTC).
        served: when the last run began that came to an end by itself (UTC); what was due before is served.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    started: datetime
    ended: datetime | None = None
    seconds: float | None = None
    outcome: Outcome = Outcome.RUNNING
    exit_status: int | None = None
    log: str = ""
    detail: str = ""
    good: datetime | None = None
    served: datetime | None = None


def last(stack: Stack, name: str) -> Run | None:
    """The last run; None when there was none, or its record was damaged by hand."""
    try:
        return Run.model_validate_json(_path(stack, name).read_bytes())
    except (OSError, ValidationError):
        return None


def keep(stack: Stack, name: str, run: Run) -> None:
    """Writes how the last run went, in one step."""
    stack.make_folder("schedules", "last")
    write_private(_path(stack, name), run.model_dump_json(indent=1).encode())


def forget(stack: Stack, name: str) -> None:
    """A schedule that is made anew starts without a past."""
    _path(stack, name).unlink(missing_ok=True)


def _path(stack: Stack, name: str) -> Path:
    return stack.folder / "schedules" / "last" / f"{name}.json"
