"""Lines of services: written together, never out of order, never lost at an orderly end."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from operation.stack import ROOT
from services.base.logs import MOST, Batched, JsonLine
from tests.images.workshop import until

LONG = 3600.0


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger of its own, without handlers."""
    made = logging.getLogger("batched")
    made.propagate = False
    made.setLevel(logging.INFO)
    yield made
    made.handlers.clear()


def written(logger: logging.Logger, pause: float) -> io.StringIO:
    """Where its lines go."""
    stream = io.StringIO()
    logger.addHandler(Batched(stream, pause))
    return stream


def test_lines_wait_a_moment_for_others(logger: logging.Logger) -> None:
    """And come by themselves, in their order."""
    stream = written(logger, 0.05)
    for number in range(5):
        logger.info("line %s", number)
    until(lambda: stream.getvalue().count("\n") == 5, 5)
    logger.info("line 5")
    until(lambda: stream.getvalue().splitlines() == [f"line {number}" for number in range(6)], 5)


def test_a_warning_and_many_lines_do_not_wait(logger: logging.Logger) -> None:
    """What came before stands before it."""
    stream = written(logger, LONG)
    logger.info("before")
    assert stream.getvalue() == ""
    logger.warning("now")
    assert stream.getvalue() == "before\nnow\n"
    for number in range(MOST):
        logger.info("%s", number)
    assert stream.getvalue().count("\n") == MOST + 2


def test_an_orderly_end_writes_the_rest() -> None:
    """A line of the last moment is there; an exception has its type and place, on one line."""
    program = (
        "import logging; from services.base.logs import log_to_stdout; log_to_stdout()\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('failed')\n"
        "logging.info('the last', extra={'port': 1})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    failed, last = done.stdout.splitlines()
    assert '"exception": "ZeroDivisionError"' in failed
    assert '"message": "the last"' in last
    assert '"port": 1' in last
    assert JsonLine().format(logging.makeLogRecord({"msg": "x", "levelname": "INFO"})).startswith("{")
