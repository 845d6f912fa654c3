"""RTO and RPO of the loss of the database's volume, as a drill on a twin measures them."""

from argparse import ArgumentParser, Namespace

from pydantic import ValidationError

from bench.command import timed
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from drills.evidence import Journal, Measured
from drills.figures import Loss
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack, stack_named

RUNBOOK = "database-volume-lost"
LIMIT = 1200.0
JUDGED = (0, 1)
"""A drill that missed an objective ends with 1, and was measured all the same."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--stack", default="", help="whose twin is broken; else PULUMI_STACK, else local")
    parser.add_argument("--rounds", type=positive, default=1, help="how often it is drilled")


def _measure(options: Namespace, progress: Progress) -> Rows:
    stack = stack_named(options.stack)
    times, rows, seconds, unknown = [], [], [], []
    for number in range(1, options.rounds + 1):
        with progress.step(f"drill {RUNBOOK}, {number} of {options.rounds}"):
            time, loss = _drilled(stack)
        times.append(time)
        rows.append(loss.rows)
        seconds.append(loss.seconds)
        unknown.append(loss.unknown_absent)
    yield Row(f"drill {RUNBOOK}: RTO", "≤ 60 s", Series(tuple(times)))
    yield Row("its RPO, acknowledged rows that are gone", "all are counted", Series(tuple(rows), "rows"))
    yield Row("its RPO, span of those rows", "≤ 12 s", Series(tuple(seconds)))
    yield Row("rows without an answer that are not there", "", Series(tuple(unknown), "rows"))


def _drilled(stack: Stack) -> tuple[float, Loss]:
    argv = ["invoke", "drill", RUNBOOK, "--json", "--stack", stack.name]
    journal = read_journal(timed(argv, LIMIT, accepted=JUDGED).stdout)
    return figures(journal.measured, journal.verdict)


def read_journal(text: str) -> Journal:
    """The journal that a drill printed.

    Raises:
        Failure: when there is none.
    """
    try:
        return Journal.model_validate_json(text, extra="ignore")  # paths stand beside it
    except ValidationError:
        raise Failure(
            "the drill printed no journal.", remedy=f"`invoke drill {RUNBOOK}` tells why."
        ) from None


def figures(measured: Measured | None, verdict: list[str]) -> tuple[float, Loss]:
    """RTO in seconds, and what was lost.

    Raises:
        Failure: when the drill did not come so far; its verdict is in it.
    """
    if measured is None or measured.recovery.seconds is None or measured.loss is None:
        raise Failure("the drill measured nothing: " + ("; ".join(verdict) or "no reason is known"))
    return measured.recovery.seconds, measured.loss


SUBJECT = Subject("drill", "RTO and RPO of a lost database volume", _arguments, _measure)
