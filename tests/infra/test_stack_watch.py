"""`status --watch`: what the screen shows, in which order, and what it outlives."""

import json
import os
import pty
import signal
import termios
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from infra import watch
from infra.frame import View, frame, text
from infra.status import ServiceState, Status
from operation.failure import Failure
from operation.stack import Stack

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
WRONG = "api: 1 of 2 healthy: `invoke logs api`; `invoke up`."
AWAY = Failure("Docker Engine does not answer.", "nothing can be seen.", "`./ops up` starts it.")


def status(*wrong: str, seconds: float = 3.0) -> Status:
    """A stack with one service."""
    return Status(
        "try",
        wrong=list(wrong),
        services=[ServiceState("api", 2, 2, 2)],
        endpoints={"https://localhost:8443": "200"},
        restore_point={"local": "2026-11-25T11:59:57+00:00"},
        rpo_seconds={"local": seconds},
    )


def view(*wrong: str) -> View:
    """Seen two seconds ago."""
    return View("try", 5).seeing(status(*wrong), NOW - timedelta(seconds=2))


def drawn(seen: View, width: int = 80, height: int = 24) -> list[str]:
    """The screen's lines."""
    return frame(seen, Console(width=width, height=height, force_terminal=True), NOW).plain.splitlines()


def test_what_is_wrong_stands_first() -> None:
    """Below the head, before every table."""
    lines = drawn(view(WRONG))
    assert "looked 2 s ago" in lines[0]
    assert lines[1] == f"✗ {WRONG}"
    assert any(line.startswith("api ") for line in lines[2:])


def test_all_is_well() -> None:
    """The twin: that it is well is said in the same place."""
    assert drawn(view())[1] == "✓ stack try is well"


@pytest.mark.parametrize(("width", "height"), [(20, 5), (30, 10), (60, 3), (80, 1), (200, 60)])
def test_screen_fits_its_window(width: int, height: int) -> None:
    """No more lines and columns than there are; what is cut off is the end, and counted."""
    lines = drawn(view(WRONG), width, height)
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    if height <= 10:
        assert "more lines" in lines[-1] or width < 30 or height == 1
    if height > 2:
        assert lines[1].startswith("✗ api:")


def test_daemon_that_is_away_leaves_the_last_view() -> None:
    """With what to do first, and the time of what is shown."""
    lines = drawn(view(WRONG).failing(str(AWAY), NOW))
    assert lines[1] == "✗ Docker Engine does not answer."
    assert "do: `./ops up` starts it." in "\n".join(lines)
    assert any(line.startswith("as it was seen at") for line in lines)
    assert f"✗ {WRONG}" in lines


def test_daemon_that_was_never_there() -> None:
    """Nothing to show but that."""
    lines = drawn(View("try", 5).failing(str(AWAY), NOW))
    assert lines[1] == "✗ Docker Engine does not answer."
    assert not any(line.startswith("as it was seen") for line in lines)


def test_seconds_alone_are_no_change() -> None:
    """In a pipe a block is printed when something else changed."""
    before = View("try", 5).seeing(status(seconds=3), NOW)
    assert before.signature == View("try", 5).seeing(status(seconds=4), NOW).signature
    assert before.signature != View("try", 5).seeing(status(WRONG), NOW).signature
    assert before.signature != before.failing(str(AWAY), NOW).signature


def test_block_for_a_pipe_has_no_colours() -> None:
    """When, and then as `status` prints it."""
    lines = text(view(WRONG)).splitlines()
    assert lines[0].startswith("== 2026-11-25")
    assert lines[1] == f"✗ {WRONG}"
    assert "\x1b" not in "".join(lines)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in an empty checkout."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    return Stack("try", tmp_path)


class Waiting:
    """News that come from a look at once, so that none is missed."""

    def __init__(self, looker: watch.Looker) -> None:
        self._looker = looker

    def wait(self) -> None:
        """Looks."""
        self._looker.look()

    def set(self) -> None:
        """They are known already."""

    def clear(self) -> None:
        """They come by the next look."""


@pytest.fixture
def looking(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., watch.Looker]:
    """What each look finds, in turn; after the last one the person presses Ctrl-C."""

    def give(*found: Status | BaseException) -> watch.Looker:
        left = [*found, KeyboardInterrupt()]

        def gathered(_stack: Stack) -> Status:
            one = left.pop(0)
            if isinstance(one, BaseException):
                raise one
            return one

        monkeypatch.setattr(watch, "gathered", gathered)
        looker = watch.Looker(stack, 1)
        monkeypatch.setattr(looker, "news", Waiting(looker))
        return looker

    return give


def test_changes_into_a_pipe(
    looking: Callable[..., watch.Looker], capsys: pytest.CaptureFixture[str]
) -> None:
    """One block a change: well, wrong, away, cut short, well."""
    looker = looking(status(), status(seconds=9), status(WRONG), AWAY, AWAY, ValueError("cut"), status())
    with pytest.raises(KeyboardInterrupt):
        watch.print_changes(looker, as_json=False)
    assert [block.splitlines()[1] for block in capsys.readouterr().out.split("== ")[1:]] == [
        "✓ stack try is well",
        f"✗ {WRONG}",
        "✗ Docker Engine does not answer.",
        "✗ the look was cut short (cut).",
        "✓ stack try is well",
    ]


def test_changes_for_a_program(
    looking: Callable[..., watch.Looker], capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON object a line."""
    with pytest.raises(KeyboardInterrupt):
        watch.print_changes(looking(status(WRONG), AWAY), as_json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["wrong"], first["services"][0]["name"]) == ([WRONG], "api")
    assert second["wrong"][0].startswith("Docker Engine does not answer.")


def test_interruption_is_its_end(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is how a person leaves; no failure comes of it."""

    def gathered(_stack: Stack) -> Status:
        os.kill(os.getpid(), signal.SIGINT)
        return status()

    monkeypatch.setattr(watch, "gathered", gathered)
    watch.watch(stack, 3600, as_json=False)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("interval", [0, -1, 3601])
def test_interval_that_cannot_be_meant(stack: Stack, interval: int) -> None:
    """Refused with exit status 2."""
    with pytest.raises(Failure, match="cannot be meant") as refused:
        watch.watch(stack, interval, as_json=False)
    assert refused.value.exit_code == 2


def test_a_key_is_read_without_enter() -> None:
    """And the terminal is as before afterwards; without a key only time passes."""
    control, terminal = pty.openpty()
    with os.fdopen(terminal, "r") as stream:
        before = termios.tcgetattr(stream)
        with watch.keys(stream) as pressed:
            os.write(control, b"q")
            assert pressed(5) == "q"
            assert pressed(0.01) == ""
        assert termios.tcgetattr(stream) == before
    os.close(control)


def test_no_terminal_has_no_keys(tmp_path: Path) -> None:
    """Only the waiting."""
    path = tmp_path / "nothing"
    path.touch()
    with path.open() as stream, watch.keys(stream) as pressed:
        assert pressed(0.01) == ""
