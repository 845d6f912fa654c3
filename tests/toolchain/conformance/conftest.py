"""Stages and sheets for the conformance suite, and its table at the end of a run."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toolchain.conformance.sheet import Point, Sheet, table
from tests.toolchain.conformance.stage import Stage

POINTS = pytest.StashKey[list[Point]]()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stack of the case's own; all that it made goes afterwards."""
    made = Stage(tmp_path, f"test-prov-{uuid.uuid4().hex[:6]}")
    yield made
    made.sweep()


@pytest.fixture
def sheet(request: pytest.FixtureRequest) -> Iterator[Sheet]:
    """What the case looks at; it is in the table even when the case breaks off."""
    made = Sheet(request.node.name.removeprefix("test_"))
    yield made
    request.config.stash.setdefault(POINTS, []).extend(made.points)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many points were looked at, and a table of those that differ."""
    points = terminalreporter.config.stash.get(POINTS, [])
    if not points:
        return
    differing = [point for point in points if not point.same]
    terminalreporter.section("conformance of the docker plugin on PATH")
    terminalreporter.write_line(f"{len(points) - len(differing)} of {len(points)} points are as expected.")
    if differing:
        terminalreporter.write_line(table(differing))
