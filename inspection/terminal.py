"""The person's terminal while a command in a container has it: raw keys, and its size handed on."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def raw(*, on: bool) -> Iterator[None]:
    """Every key goes to the command, Ctrl-C too; the terminal is as before afterwards."""
    if not on:
        yield
        return
    import termios  # noqa: PLC0415
    import tty  # noqa: PLC0415

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


@contextmanager
def resized(api: Any, handle: str, *, on: bool) -> Iterator[None]:
    """The command's terminal is as large as the person's, also when that changes."""
    if not on:
        yield
        return
    import signal  # noqa: PLC0415

    def fit(*_signal: object) -> None:
        size = os.get_terminal_size(sys.stdout.fileno())
        with suppress(Exception):  # a command that has ended has no terminal
            api.exec_resize(handle, height=size.lines, width=size.columns)

    before = signal.signal(signal.SIGWINCH, fit)
    try:
        _once_running(lambda: bool(api.exec_inspect(handle)["Running"]))
        fit()
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


def _once_running(running: Callable[[], bool]) -> None:
    """Docker takes no size before the command runs, and one that has ended needs none."""
    deadline = time.monotonic() + 1
    while not running() and time.monotonic() < deadline:
        time.sleep(0.02)
