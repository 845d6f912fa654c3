"""How a task ends: in words and an exit status, never a traceback."""

import os
import signal
from typing import Any

import pytest
from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Task

from operation import reporting
from operation.failure import Failure, refusal
from operation.reporting import reported


def ended(error: BaseException | None, monkeypatch: pytest.MonkeyPatch, folder: object) -> Exit:
    """How a task that raises this ends."""
    monkeypatch.setattr(reporting, "__file__", str(folder / "operation" / "reporting.py"))  # type: ignore[operator]

    def body(_context: Context) -> None:
        if error is None:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            raise error

    wrapped: Task[Any] = Task(body)

    before = signal.getsignal(signal.SIGTERM)
    try:
        reported(Collection(wrapped))
        with pytest.raises(Exit) as caught:
            wrapped.body(Context())
    finally:
        signal.signal(signal.SIGTERM, before)
    return caught.value


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Failure("no room.", "nothing was lost.", "make room."), 1, "  do: make room."),
        (refusal("no such stack."), 2, "  this means: nothing was changed."),
        (Failure("busy.", exit_code=3), 3, "✗ busy."),
        (KeyboardInterrupt(), 130, "✗ interrupted"),
        (None, 130, "✗ interrupted"),
        (ZeroDivisionError("by zero"), 1, "ZeroDivisionError: by zero"),
    ],
)
def test_a_task_ends_in_words(
    error: BaseException | None,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What happened, what it means, what to do; SIGTERM is an interruption, too."""
    exit_ = ended(error, monkeypatch, tmp_path_factory.mktemp("checkout"))
    assert exit_.code == code
    assert words in str(exit_.message)
    assert "Traceback" not in str(exit_.message)


def test_what_nobody_foresaw_is_kept_for_whoever_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The trace goes to a file of 0600."""
    folder = tmp_path_factory.mktemp("checkout")
    ended(ZeroDivisionError("by zero"), monkeypatch, folder)
    path = folder / ".ops" / "unforeseen.log"
    assert "Traceback" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
