"""The conformance suite's table at the end of a run, whichever process looked at the points."""

from dataclasses import dataclass, field

import pytest

from tests.toolchain.conformance.sheet import Point, Sheet, table

PROPERTY = "conformance"


@dataclass
class Tally:
    """What all cases looked at."""

    points: int = 0
    differing: list[Point] = field(default_factory=list)


TALLY = Tally()


def told(sheet: Sheet) -> tuple[str, object]:
    """A case's points as a property of its report: how many, and the texts of those that differ."""
    rows = [
        (each.case, each.what, str(each.expected), str(each.found)) for each in sheet.points if not each.same
    ]
    return PROPERTY, [len(sheet.points), rows]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds a case's points; its last report has them."""
    for name, value in report.user_properties:
        if name == PROPERTY and isinstance(value, list):
            TALLY.points += value[0]
            TALLY.differing += [Point(*row) for row in value[1]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many points were looked at, and a table of those that differ."""
    if not TALLY.points:
        return
    terminalreporter.section("conformance of the docker plugin on PATH")
    right = TALLY.points - len(TALLY.differing)
    terminalreporter.write_line(f"{right} of {TALLY.points} points are as expected.")
    if TALLY.differing:
        terminalreporter.write_line(table(TALLY.differing))
