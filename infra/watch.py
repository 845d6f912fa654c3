"""`invoke status --watch`: a screen that an operator keeps open."""

import json
import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Self, TextIO

from infra.frame import View, frame, text
from infra.status import Status
from infra.survey import gathered
from operation import audit
from operation.failure import Failure, refusal
from operation.stack import Stack

LONGEST = 3600
TICK = 0.5
"""Seconds after which the clock in the head is drawn again, when no key and no news came before."""
QUIT = {"q", "Q"}


class Looker:
    """Looks again and again in a thread of its own, so that the screen answers while Docker does not.

    Attributes:
        view: what there was to see last.
        news: set whenever there is something new in it.
    """

    def __init__(self, stack: Stack, interval: float) -> None:
        self.view = View(stack.name, interval)
        self.news = threading.Event()
        self._stack = stack
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begins to look."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Ends after the look that is under way; nobody waits for it."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.look()
            self._ended.wait(self.view.interval)

    def look(self) -> None:
        """Looks once; the stack's file is read anew each time."""
        try:
            found = gathered(Stack(self._stack.name, self._stack.root))
        except Failure as failure:
            self.view = self.view.failing(str(failure), audit.now())
        except Exception as error:  # noqa: BLE001  # a daemon that ends in the middle of a look raises anything
            self.view = self.view.failing(f"the look was cut short ({error}).", audit.now())
        else:
            self.view = self.view.seeing(found, audit.now())
        self.news.set()


def watch(stack: Stack, interval: int, *, as_json: bool) -> None:
    """Shows the status until `q` or Ctrl-C; both end it with exit status 0.

    Raises:
        Failure: when the interval cannot be meant.
    """
    if not 1 <= interval <= LONGEST:
        raise refusal(f"--interval {interval} cannot be meant.", remedy=f"use seconds from 1 to {LONGEST}.")
    screen = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not as_json
    try:
        with Looker(stack, interval) as looker:
            if screen:
                _draw(looker)
            else:
                print_changes(looker, as_json=as_json)
    except KeyboardInterrupt:
        return


def _draw(looker: Looker) -> None:
    """Draws over what was there, on the terminal's other screen, so that nothing flickers or stays behind."""
    from rich.console import Console  # noqa: PLC0415
    from rich.live import Live  # noqa: PLC0415

    console = Console(highlight=False)
    with keys(sys.stdin) as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(frame(looker.view, console, audit.now()), refresh=True)
            if pressed(TICK) in QUIT:
                return


def print_changes(looker: Looker, *, as_json: bool) -> None:
    """One block whenever something is wrong that was not, or the other way round."""
    known = ""
    while True:
        looker.news.wait()
        looker.news.clear()
        view = looker.view
        if view.signature != known:
            known = view.signature
            print(json.dumps(_content(view.status, view.failure)) if as_json else text(view), flush=True)


def _content(status: Status | None, failure: str) -> dict[str, object]:
    if failure or status is None:
        return {"wrong": [failure]}
    return dict(json.loads(json.dumps(asdict(status), default=str)))


@contextmanager
def keys(stream: TextIO) -> "Iterator[Key]":
    """Single keys of a terminal, without Enter and unseen; where there is no terminal, only the waiting."""
    if not stream.isatty():
        yield Key(None)
        return
    import termios  # noqa: PLC0415
    import tty  # noqa: PLC0415

    before = termios.tcgetattr(stream)
    try:
        tty.setcbreak(stream, termios.TCSANOW)
        yield Key(stream.fileno())
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)


class Key:
    """The next key, if one is pressed in time."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def __call__(self, seconds: float) -> str:
        """Waits that long; gives an empty word when no key was pressed."""
        ready, _, _ = select.select([] if self._descriptor is None else [self._descriptor], [], [], seconds)
        if not ready or self._descriptor is None:
            return ""
        pressed = os.read(self._descriptor, 64).decode(errors="replace")
        if not pressed:
            self._descriptor = None  # whoever typed has gone
        return pressed[:1]
