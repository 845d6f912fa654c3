"""How long it takes until a task starts: next to bare invoke, and through `./ops`."""

import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bench.command import timed
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.progress import Progress
from operation.stack import stack_named

LIMIT = 60.0
LIST = ("invoke", "--list")
STATUS_ROUNDS = 5
NOTHING_FOUND = (0, 1)
"""Invoke ends with 1 when a file has no tasks; `status` does when something is wrong."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=positive, default=15, help="how often each is listed")
    parser.add_argument("--stack", default="", help="whose status; else PULUMI_STACK, else local")


def _measure(options: Namespace, progress: Progress) -> Rows:
    stack = stack_named(options.stack)
    with progress.step("list tasks"):
        ours, bare, launched = _listed(options.rounds)
    yield Row(
        "`invoke --list`",
        "empty file + 0.15 s",
        ours,
        "`invoke --list` of an empty file",
        bare,
    )
    yield Row("`./ops --list`", "`invoke --list` + 0.1 s", launched, "`invoke --list`", ours)
    argv = ["invoke", "status", "--stack", stack.name]
    with progress.step("ask for the status"):
        asked = [timed(argv, LIMIT, accepted=NOTHING_FOUND) for _ in range(STATUS_ROUNDS)]
    if any(each.status for each in asked):
        progress.say(f"! `invoke status` of {stack.name} says that something is wrong")
    yield Row("`invoke status`", "≤ 1.5 s", Series(tuple(each.seconds for each in asked)))


def _listed(rounds: int) -> tuple[Series, Series, Series]:
    """Seconds of each listing, in turn, after one of each that does not count."""
    with tempfile.TemporaryDirectory() as name:
        empty = Path(name)
        (empty / "tasks.py").touch()
        found = [_one_of_each(empty) for _ in range(rounds + 1)][1:]
    ours, bare, launched = zip(*found, strict=True)
    return Series(ours), Series(bare), Series(launched)


def _one_of_each(empty: Path) -> tuple[float, float, float]:
    return (
        timed(LIST, LIMIT).seconds,
        timed(LIST, LIMIT, cwd=empty, accepted=NOTHING_FOUND).seconds,
        timed(("./ops", "--list"), LIMIT).seconds,
    )


SUBJECT = Subject("tasks", "how long it takes until a task starts", _arguments, _measure)
