"""Steps with their names and elapsed times, for a person and for a log file."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from operation.failure import Failure
from operation.pace import Pace, timing
from operation.stack import Stack

TICK = 1.0
"""Seconds between two drawings of a step that says nothing."""


class Progress:
    """Prints each step on standard error as it starts and ends; details go to the log only.

    Attributes:
        log: the file that holds everything, or None.
        quiet: print nothing (for `--json` and for tests).
        pace: what is known of earlier runs, or None.
    """

    def __init__(
        self,
        log: Path | None = None,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.log = log
        self.quiet = quiet
        self.pace = pace
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._steps: list[Step] = []
        self._drawing = threading.RLock()

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """One named step; gives a function that says what it is doing now."""
        step = Step(name, time.monotonic(), self.pace.last(name) if self.pace else None)
        self.detail(f"== {name}")

        def say(doing: str) -> None:
            self.detail(doing)
            step.doing = doing
            self._show(str(step), final=False)

        try:
            with self._ticking(step):
                yield say
        except BaseException as error:
            self._show(f"  ✗ {name} ({step.elapsed:.1f} s)", final=True)
            if isinstance(error, Failure) and error.log is None:
                error.log = self.log
            raise
        self._show(f"  ✓ {name} ({step.elapsed:.1f} s)", final=True)
        if self.pace:
            self.pace.keep(name, step.elapsed)

    @contextmanager
    def _ticking(self, step: "Step") -> Iterator[None]:
        """Draws the line each second, also while the step is silent; of steps within steps the innermost."""
        self._steps.append(step)
        self._show(f"  … {step.name}", final=False)
        ended = threading.Event()

        def tick() -> None:
            while not ended.wait(TICK):
                if self._steps[-1:] == [step]:
                    self._show(str(step), final=False)

        ticker = threading.Thread(target=tick, daemon=True) if self._live and not self.quiet else None
        if ticker:
            ticker.start()
        try:
            yield
        finally:
            ended.set()
            self._steps.remove(step)
            if ticker:
                ticker.join()

    def say(self, sentence: str) -> None:
        """One line for the person."""
        self.detail(sentence)
        self._show(sentence, final=True)

    def detail(self, text: str) -> None:
        """One line for the log file."""
        if self.log is None:
            return
        with self.log.open("a") as file:
            file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text.rstrip()}\n")

    def _show(self, text: str, *, final: bool) -> None:
        if self.quiet or not (final or self._live):
            return
        clear = "\r\x1b[2K" if self._live else ""
        width = _width() if not final else 10_000
        with self._drawing:
            print(clear + text[:width], file=self._stream, end="\n" if final else "", flush=True)


@dataclass(eq=False)
class Step:
    """A step that is under way.

    Attributes:
        name: what a person calls it.
        started: seconds of the monotonic clock.
        last: seconds that it took the last time; None when that is not known.
        doing: what it is doing now.
    """

    name: str
    started: float
    last: float | None = None
    doing: str = ""

    @property
    def elapsed(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.started

    def __str__(self) -> str:
        """Its line on a terminal; times stand first, because a narrow one cuts the end."""
        doing = f": {self.doing}" if self.doing else ""
        return f"  … {self.name} ({timing(self.elapsed, self.last)}){doing}"


def _width() -> int:
    try:
        return os.get_terminal_size(2).columns - 1
    except OSError:
        return 79


def progress_of(stack: Stack, operation: str, *, quiet: bool = False, alike: str = "") -> Progress:
    """Progress with a log of its own under `.ops/<stack>/logs`.

    Args:
        stack: whose.
        operation: the task, for the log's name.
        quiet: print nothing.
        alike: what else must be the same for the last run to say how long this one takes.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    path = stack.make_folder("logs") / f"{stamp}-{operation.replace(' ', '-')}.log"
    path.touch(mode=0o600)
    pace = Pace(stack.folder / "durations.json", f"{operation} {alike}".strip())
    return Progress(path, quiet=quiet, pace=pace)
