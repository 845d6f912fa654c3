"""What is wrong with a runbook, told with its line."""

from collections.abc import Sequence
from dataclasses import dataclass

from operation.failure import Failure, refusal


@dataclass(frozen=True, order=True)
class Fault:
    """One complaint.

    Attributes:
        line: counted from 1.
        what: what is wrong.
        fix: what to write in its place.
    """

    line: int
    what: str
    fix: str


def refused(file: str, faults: Sequence[Fault]) -> Failure:
    """One refusal for all complaints, in the order of their lines."""
    lines = [f"{file}:{each.line}: {each.what}; {each.fix}" for each in sorted(set(faults))]
    return refusal("\n".join(lines), "nothing was executed.", "correct these lines of the runbook.")
