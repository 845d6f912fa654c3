"""The journal of a drill: one JSON file that is true at every moment, also when its process is killed."""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drills.figures import Loss, Recovery, Traffic
from operation.custodian import write_private
from operation.stack import Stack

FORMAT = 1
JOURNAL, LEDGER, REPORT = "journal.json", "ledger.jsonl", "report.html"
INDEX = "index.html"
DESTROY = "destroy the twin"
"""Name of the step that removes it."""


class State(StrEnum):
    """How a drill stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Record(BaseModel):
    """A part of the journal; unknown keys are refused on reading."""

    model_config = ConfigDict(extra="forbid")


class Step(Record):
    """One cell, or one thing that the drill itself does (`argv` is empty then).

    Attributes:
        phase: of the runbook; `twin` and `measure` for the drill's own.
        name: of the cell.
        argv: what was executed.
        started_at: UTC.
        seconds: how long it took; None while it runs.
        exit: exit status, and the expected one.
        expected_exit: what the runbook expects.
        contains: words that the runbook expects in the output.
        output: standard output and error, bounded, secrets masked.
        outcome: `running`, `passed`, `failed` or `interrupted`.
        reason: why it failed.
    """

    phase: str
    name: str
    argv: tuple[str, ...] = ()
    started_at: datetime
    seconds: float | None = None
    exit: int | None = None
    expected_exit: int | None = None
    contains: str = ""
    output: str = ""
    outcome: str = "running"
    reason: str = ""


class Measured(Record):
    """What the witness found; None where it could not be asked."""

    writes: Traffic
    reads: Traffic
    recovery: Recovery
    read_recovery: Recovery
    loss: Loss | None = None
    ledger: str = LEDGER
    ledger_sha256: str = ""


class Journal(Record):
    """A whole drill; times are UTC, durations seconds.

    Attributes:
        twin: name of the stack that is broken; noted before anything of it is there.
        twin_kept: it was left for a look (`--keep`).
        fault_at: the moment just before the first fault cell.
        verdict: sentences, one for each thing that is not as it has to be; empty when the drill passed.
    """

    format: int = FORMAT
    state: State = State.RUNNING
    runbook: str
    title: str
    runbook_sha256: str
    stack: str
    twin: str = ""
    twin_kept: bool = False
    who: str
    started_at: datetime
    ended_at: datetime | None = None
    rto_objective: float
    rpo_objective: float
    fault_at: datetime | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    steps: list[Step] = Field(default_factory=list)
    measured: Measured | None = None
    verdict: list[str] = Field(default_factory=list)

    @property
    def left_behind(self) -> bool:
        """Whether its twin may still be there without anybody's wish."""
        removed = any(step.name == DESTROY and step.outcome == "passed" for step in self.steps)
        return bool(self.twin) and not (self.twin_kept or removed)


class Evidence:
    """One drill's folder under `.ops/<stack>/evidence`.

    Attributes:
        folder: `<stamp>-<runbook>`.
        journal: save it after each change.
    """

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder = folder
        self.journal = journal

    @property
    def ledger(self) -> Path:
        """The witness's file."""
        return self.folder / LEDGER

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self.folder / JOURNAL

    @property
    def report(self) -> Path:
        """The page that a person reads."""
        return self.folder / REPORT

    def save(self) -> None:
        """Replaces the file in one step, durably."""
        write_private(self.path, (self.journal.model_dump_json(indent=1) + "\n").encode())


def begin(stack: Stack, journal: Journal) -> Evidence:
    """Makes the folder and the first version of the journal."""
    stamp = journal.started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    parent, name = stack.make_folder("evidence"), f"{stamp}-{journal.runbook}"
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        break
    evidence = Evidence(folder, journal)
    evidence.save()
    _sync(parent)
    return evidence


def past(stack: Stack, runbook: str = "") -> Iterator[Evidence]:
    """Drills, the newest first, of one runbook when it is named; what is no journal is passed over."""
    found: list[Evidence] = []
    for path in (stack.folder / "evidence").glob(f"*/{JOURNAL}"):
        try:
            journal = Journal.model_validate_json(path.read_bytes())
        except (ValidationError, OSError, json.JSONDecodeError):
            continue
        if runbook in {"", journal.runbook}:
            found.append(Evidence(path.parent, journal))
    yield from sorted(found, key=lambda each: each.journal.started_at, reverse=True)


def sha256(path: Path) -> str:
    """Digest of a file; empty when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
