"""The figures of a drill, out of what it prints."""

import json
from pathlib import Path

import pytest

from bench.drill import figures, read_journal
from drills.report import content
from operation.failure import Failure
from operation.stack import Stack
from tests.drills.pages import samples


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in a checkout of its own."""
    return Stack("drl-test", tmp_path)


def test_what_a_drill_prints_is_read(stack: Stack) -> None:
    """The journal, with paths beside it."""
    printed = json.dumps(content(samples.passed(stack), "not signed"))
    journal = read_journal(printed)
    seconds, lost = figures(journal.measured, journal.verdict)
    assert seconds == pytest.approx(10.462, abs=0.1)
    assert (lost.rows, lost.gone) == (24, ((136, 159),))


def test_anything_else_is_no_journal() -> None:
    """A message, or half a journal."""
    for text in ("", "✗ busy", '{"format": 1}'):
        with pytest.raises(Failure, match="printed no journal"):
            read_journal(text)
