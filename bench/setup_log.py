"""How long set-up took on this machine, by the log of the last run that made everything itself."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from bench.row import Row, Rows
from bench.series import Series
from bench.steps import seconds_of_steps
from bench.subject import Subject
from operation.failure import Failure
from operation.progress import Progress
from toolchain.setup import LOGS

BUILD = "$ go build "
STAMP = "%Y%m%dT%H%M%S"
NEAR_SECONDS = 300.0
"""An environment that was finished so long before set-up began belongs to it."""


def _arguments(_parser: ArgumentParser) -> None:
    """None."""


def _measure(_options: Namespace, _progress: Progress) -> Rows:
    path = _newest(LOGS)
    steps = {**environment(path), **seconds_of_steps(path.read_text())}
    whole, date = Series((sum(steps.values()),)), _stamp(path).date().isoformat()
    yield Row("set-up from nothing, sum of its steps", "≤ 15 min", whole, date=date)
    for name, seconds in steps.items():
        yield Row(f"of it {name}", "", Series((seconds,)), date=date)


def environment(path: Path) -> dict[str, float]:
    """Seconds that the Python environment took before this set-up; nothing when it was there already."""
    began = _stamp(path)
    for log in sorted(path.parent.glob("*-python.log"), reverse=True):
        start, end = _stamp(log), datetime.fromtimestamp(log.stat().st_mtime, UTC)
        if -1 <= (began - end).total_seconds() <= NEAR_SECONDS:  # names have whole seconds
            return {"Python environment": (end - start).total_seconds()}
    return {}


def _newest(folder: Path) -> Path:
    """The newest log in which the Pulumi CLI was built.

    Raises:
        Failure: when there is none; says how to get one.
    """
    for path in sorted(folder.glob("*-setup.log"), reverse=True):
        if BUILD in path.read_text(errors="replace"):
            return path
    raise Failure(
        "no log of a set-up from nothing is here.",
        "set-up found the Pulumi CLI built, or never ran.",
        "on a machine of its own: `git clone` this repository, `./ops setup`, then `python -m bench setup`.",
    )


def _stamp(path: Path) -> datetime:
    """The moment in a log's name, UTC."""
    return datetime.strptime(path.name.split("-")[0], STAMP).replace(tzinfo=UTC)


SUBJECT = Subject("setup", "the last set-up from nothing, by its log", _arguments, _measure)
