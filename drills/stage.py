"""Where cells are played: a twin, its environment, and the journal that keeps what they printed."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drills.cell import Cell
from drills.evidence import Evidence
from drills.masking import joined, secrets_in
from drills.orphans import MARK
from drills.shell import Ran, execute
from drills.step import recorded
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

SHOWN_LINES = 8


@dataclass(frozen=True)
class Stage:
    """One twin, ready for cells.

    Attributes:
        file: the runbook's, for messages.
        stack: whose twin it is; its secrets are masked too.
        twin: what the cells work on.
        more: variables by which programs find the twin.
    """

    file: str
    stack: Stack
    twin: Stack
    more: Mapping[str, str]
    evidence: Evidence
    progress: Progress

    def play(self, phase: str, cell: Cell) -> None:
        """Runs a cell in the checkout and compares what it did with what its runbook expects.

        Raises:
            Failure: when it did something else.
        """
        with recorded(self.evidence, self.progress, phase, cell.name) as step:
            step.argv, step.expected_exit, step.contains = cell.argv, cell.exit, cell.contains
            self.evidence.save()
            ran = execute(cell.argv, self._environment(), self.stack.root, cell.timeout)
            secrets = secrets_in(self.stack.folder / "secrets", self.twin.folder / "secrets")
            step.exit, step.output = ran.exit, joined(ran.head, ran.tail, ran.dropped, secrets)
            self.progress.detail(step.output)
            wrong = shortcoming(cell, ran, step.output)
            if wrong:
                self._tell(cell, wrong, step.output)
                raise Failure(wrong)

    def _environment(self) -> dict[str, str]:
        """The person's own with our programs first, the twin's, and tables too wide to break a word."""
        name = self.twin.name
        ours = {"BEM_STACK": name, "PULUMI_STACK": name, MARK: str(self.evidence.folder)}
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
        return {**os.environ, **self.more, **ours, "PATH": path, "COLUMNS": "200", "TERM": "dumb"}

    def _tell(self, cell: Cell, wrong: str, output: str) -> None:
        lines = "".join(f"\n    {line}" for line in output.strip().splitlines()[-SHOWN_LINES:])
        self.progress.say(f"! {self.file}:{cell.line}: {cell.name} {wrong}{lines}")


def shortcoming(cell: Cell, ran: Ran, output: str) -> str:
    """Why a cell has not done what its runbook expects; empty when it has."""
    if ran.timed_out:
        return f"was ended after {cell.timeout:.0f} s, its limit."
    if ran.exit != cell.exit:
        return f"ended with exit status {ran.exit}, and {cell.exit} is expected."
    if cell.contains and cell.contains not in output:
        return f"did not print {cell.contains!r}."
    return ""
