"""Steps with their names and times, for a person and for a log."""

import io
from pathlib import Path

import pytest

from operation.containers import wait_for
from operation.failure import Failure
from operation.progress import Progress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_step_says_that_it_ended_and_how_long_it_took(tmp_path: Path) -> None:
    """One line in a pipe, details only in the log."""
    stream, log = io.StringIO(), tmp_path / "log"
    with Progress(log, stream=stream).step("deploy") as say:
        say("create api")
    assert stream.getvalue() == "  ✓ deploy (0.0 s)\n"
    assert "create api" in log.read_text()


def test_a_terminal_sees_what_is_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is rewritten in place."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with Progress(stream=stream).step("deploy") as say:
        say("create api")
    assert "\r\x1b[2K  … deploy (0 s): create api" in stream.getvalue()


def test_a_failed_step_is_marked() -> None:
    """And the error goes on."""
    stream = io.StringIO()
    with pytest.raises(ValueError, match="x"), Progress(stream=stream).step("deploy"):
        raise ValueError("x")
    assert stream.getvalue().startswith("  ✗ deploy")


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    """For JSON; the log is written all the same."""
    stream, log = io.StringIO(), tmp_path / "log"
    with Progress(log, quiet=True, stream=stream).step("deploy"):
        pass
    assert not stream.getvalue()
    assert "deploy" in log.read_text()


def test_waiting_gives_what_was_waited_for() -> None:
    """The first true value."""
    values = iter([None, 0, "there"])
    assert wait_for(lambda: next(values), 5, "it") == "there"


def test_waiting_ends() -> None:
    """With what was waited for in its words."""
    with pytest.raises(Failure, match="the stop did not happen within 0 s"):
        wait_for(lambda: None, 0, "the stop")
