"""Steps of a drill as a page shows them."""

import shlex
from dataclasses import dataclass
from datetime import datetime

from drills.cell import SHELL
from drills.evidence import Journal, Step
from drills.pages.legible import bounded, legible
from drills.pages.words import NOTHING, offset, seconds

GLYPHS = {"passed": "✓", "failed": "✗", "interrupted": "✗", "running": "…"}


@dataclass(frozen=True)
class Shown:
    """One step, in words.

    Attributes:
        began: beside the fault, or beside the start of a drill that broke nothing.
        exit: status; a dash for what is no program.
        expected: what the runbook expects of it; empty when it is no cell.
        script: what was executed.
        output: bounded, fit to be read.
        kept: it ended by itself or by its time limit; the output of a step that was interrupted is lost.
        wrong: it did not pass, so a page shows it at once.
    """

    phase: str
    name: str
    began: str
    took: str
    exit: str
    expected: str
    outcome: str
    glyph: str
    reason: str
    script: str
    output: str
    kept: bool
    wrong: bool


def shown(journal: Journal) -> list[Shown]:
    """All steps in their order."""
    zero = journal.fault_at or journal.started_at
    return [_shown(step, zero) for step in journal.steps]


def _shown(step: Step, zero: datetime) -> Shown:
    return Shown(
        phase=step.phase,
        name=step.name,
        began=offset((step.started_at - zero).total_seconds()),
        took=seconds(step.seconds),
        exit=NOTHING if step.exit is None else str(step.exit),
        expected=_expected(step),
        outcome=step.outcome,
        glyph=GLYPHS.get(step.outcome, ""),
        reason=step.reason,
        script=_script(step),
        output=bounded(legible(step.output)).strip("\n"),
        kept=step.exit is not None,
        wrong=step.outcome != "passed",
    )


def _expected(step: Step) -> str:
    if step.expected_exit is None:
        return ""
    words = f" and output with “{step.contains}”" if step.contains else ""
    return f"exit status {step.expected_exit}{words}"


def _script(step: Step) -> str:
    """The cell itself, without the shell around it."""
    if step.argv[: len(SHELL)] == SHELL:
        return "\n".join(step.argv[len(SHELL) :]).strip("\n")
    return shlex.join(step.argv)
