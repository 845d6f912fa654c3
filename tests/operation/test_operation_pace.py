"""What is left of a step, by its last time."""

import io
import json
import threading
from pathlib import Path

import pytest

from operation import progress
from operation.pace import MOST, Pace, timing
from operation.progress import Progress, progress_of
from operation.stack import Stack


def test_a_step_is_remembered(tmp_path: Path) -> None:
    """By operation and name, and for its owner alone."""
    pace = Pace(tmp_path / "durations.json", "up")
    pace.keep("deploy", 31.24)
    assert pace.last("deploy") == 31.2
    assert Pace(pace.path, "down").last("deploy") is None
    assert pace.path.stat().st_mode & 0o777 == 0o600


def test_short_steps_and_lost_stacks_are_not(tmp_path: Path) -> None:
    """The folder of a stack that was destroyed is not made anew."""
    short, gone = Pace(tmp_path / "durations.json", "up"), Pace(tmp_path / "gone" / "durations.json", "up")
    short.keep("deploy", 1.9)
    gone.keep("deploy", 60)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"up: deploy": "soon"}', '{"up: deploy": null}'])
def test_damaged_file_is_no_estimate(tmp_path: Path, damage: str) -> None:
    """And is written anew."""
    pace = Pace(tmp_path / "durations.json", "up")
    pace.path.write_text(damage)
    assert pace.last("deploy") is None
    pace.keep("deploy", 5)
    assert pace.last("deploy") == 5


def test_the_oldest_goes_first(tmp_path: Path) -> None:
    """The file does not grow for ever."""
    pace = Pace(tmp_path / "durations.json", "up")
    pace.path.write_text(json.dumps({f"up: step {number}": 5.0 for number in range(MOST)}))
    pace.keep("one more", 5)
    assert pace.last("step 0") is None
    assert pace.last("step 1") == 5
    assert pace.last("one more") == 5


@pytest.mark.parametrize(
    ("elapsed", "last", "words"),
    [
        (1.0, 31.0, "1 s"),
        (12.0, None, "12 s"),
        (12.0, 31.0, "12 s, about 19 s left, as the last time"),
        (31.0, 31.0, "31 s, about 1 s left, as the last time"),
        (40.0, 31.0, "40 s, longer than the 31 s of the last time"),
    ],
)
def test_only_what_is_known_is_said(elapsed: float, last: float | None, words: str) -> None:
    """Nothing in the first two seconds, nor without a last time, nor after it."""
    assert timing(elapsed, last) == words


class Terminal(io.StringIO):
    """A stream that is a terminal, and tells when a step was drawn that often."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times
        self.drawn = threading.Event()

    def isatty(self) -> bool:
        """It is one."""
        return True

    def write(self, text: str) -> int:
        """Counts the drawings of a step under way."""
        if "  … " in text:
            self.left -= 1
        if not self.left:
            self.drawn.set()
        return super().write(text)


def test_a_silent_step_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each second, until it has ended."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "TICK", 0.01)
    stream = Terminal(3)
    with Progress(stream=stream).step("deploy"):
        assert stream.drawn.wait(10)
    assert stream.getvalue().count("\n") == 1
    assert "\r\x1b[2K  ✓ deploy" in stream.getvalue().rpartition("…")[2]


def test_a_pipe_gets_no_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the end of each step."""
    monkeypatch.setattr(progress, "TICK", 0.001)
    stream = io.StringIO()
    with Progress(stream=stream).step("deploy") as say:
        say("create api")
    assert stream.getvalue().startswith("  ✓ deploy")
    assert len(stream.getvalue().splitlines()) == 1


def test_only_runs_that_are_alike_are_compared(stack: Stack) -> None:
    """A full backup says nothing about an incremental one; a failed step nothing about any."""
    full, incr = progress_of(stack, "backup", alike="full"), progress_of(stack, "backup", alike="incr")
    assert full.pace is not None
    assert incr.pace is not None
    full.pace.keep("backup into s3", 60)
    assert incr.pace.last("backup into s3") is None
    with pytest.raises(ValueError, match="x"), full.step("backup into s3"):
        raise ValueError("x")
    assert full.pace.last("backup into s3") == 60
