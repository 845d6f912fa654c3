"""Steps with their names and elapsed times, for a person and for a log file."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from operation.failure import Failure
from operation.stack import Stack


class Progress:
    """Prints each step on standard error as it starts and ends; details go to the log only.

    Attributes:
        log: the file that holds everything, or None.
        quiet: print nothing (for `--json` and for tests).
    """

    def __init__(self, log: Path | None = None, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.log = log
        self.quiet = quiet
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """One named step; gives a function that says what it is doing now."""
        started = time.monotonic()
        self.detail(f"== {name}")
        self._show(f"  … {name}", final=False)

        def say(doing: str) -> None:
            self.detail(doing)
            self._show(f"  … {name}: {doing} ({time.monotonic() - started:.0f} s)", final=False)

        try:
            yield say
        except BaseException as error:
            self._show(f"  ✗ {name} ({time.monotonic() - started:.1f} s)", final=True)
            if isinstance(error, Failure) and error.log is None:
                error.log = self.log
            raise
        self._show(f"  ✓ {name} ({time.monotonic() - started:.1f} s)", final=True)

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
        print(clear + text[:width], file=self._stream, end="\n" if final else "", flush=True)


def _width() -> int:
    try:
        return os.get_terminal_size(2).columns - 1
    except OSError:
        return 79


def progress_of(stack: Stack, operation: str, *, quiet: bool = False) -> Progress:
    """Progress with a log of its own under `.ops/<stack>/logs`."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    path = stack.make_folder("logs") / f"{stamp}-{operation.replace(' ', '-')}.log"
    path.touch(mode=0o600)
    return Progress(path, quiet=quiet)
