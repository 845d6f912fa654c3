"""Following the logs of many containers at once, also of those that start later."""

import heapq
import queue
import select
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inspection.logs import Line, Wanted, read
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

WINDOW = 0.3
"""Seconds that a line waits for older ones of other containers."""


class Followers:
    """A thread for each container, and one that hears of new ones; all put their lines into one queue."""

    def __init__(self, engine: Any, stack: Stack, wanted: Wanted) -> None:
        self.lines: queue.Queue[Line | None] = queue.Queue(maxsize=10_000)
        self._engine = engine
        self._label = f"{LABEL_STACK}={stack.name}"
        self._wanted = wanted
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Listens first, then looks: nothing starts unseen between the two."""
        events = self._engine.api.events(
            filters={"type": "container", "event": "start", "label": self._label}, decode=True
        )
        self._thread(self._hear, events)
        found = self._engine.containers.list(all=True, filters={"label": self._label}, ignore_removed=True)
        for each in found:
            self._follow(each, self._wanted)

    def _hear(self, events: Any) -> None:
        from docker.errors import NotFound  # noqa: PLC0415

        try:
            for event in events:
                try:
                    found = self._engine.containers.get(event["id"])
                except NotFound:
                    continue  # it lived too short a life to have said anything
                self._follow(found, replace(self._wanted, tail=None, since=None))
        finally:
            self.lines.put(None)  # the engine has gone: nobody would hear of anything new

    def _follow(self, container: Any, wanted: Wanted) -> None:
        role = container.labels.get(LABEL_ROLE, "")
        with self._lock:
            if role not in wanted.roles or container.id in self._known:
                return
            self._known.add(container.id)
        self._thread(self._read, container, role, wanted)

    def _read(self, container: Any, role: str, wanted: Wanted) -> None:
        from docker.errors import APIError  # noqa: PLC0415
        from requests.exceptions import RequestException  # noqa: PLC0415

        try:
            for line in read(container, role, wanted, tail=wanted.tail, follow=True):
                if wanted.fits(line):
                    self.lines.put(line)
        except (APIError, RequestException):
            return  # removed while it was read: it has nothing more to say

    def _thread(self, target: Callable[..., None], *args: Any) -> None:
        threading.Thread(target=target, args=args, daemon=True).start()


def follow_all(engine: Any, stack: Stack, wanted: Wanted, say: Callable[[Line], None]) -> None:
    """Prints until interrupted, or until nobody reads any more.

    Raises:
        BrokenPipeError: when the reader of the output has gone.
        Failure: when Docker Engine ends.
    """
    followers = Followers(engine, stack, wanted)
    followers.begin()
    in_order(followers.lines, say, unread)


def in_order(
    lines: "queue.Queue[Line | None]", say: Callable[[Line], None], gone: Callable[[], bool]
) -> None:
    """Prints each line once no older one can be expected.

    Raises:
        BrokenPipeError: when the reader has gone.
        Failure: at the end of what can be heard.
    """
    waiting: list[tuple[Line, float]] = []
    while True:
        try:
            line = lines.get(timeout=WINDOW / 3)
        except queue.Empty:
            if gone():
                raise BrokenPipeError from None
        else:
            if line is None:
                _flush(waiting, say, float("inf"))
                raise Failure(
                    "Docker Engine ended in the middle of the logs.", remedy="`invoke status` says what runs."
                )
            heapq.heappush(waiting, (line, time.monotonic()))
        _flush(waiting, say, time.monotonic() - WINDOW)


def _flush(waiting: list[tuple[Line, float]], say: Callable[[Line], None], until: float) -> None:
    while waiting and waiting[0][1] <= until:
        say(heapq.heappop(waiting)[0])


def unread() -> bool:
    """Whether the other end of our output's pipe was closed; nothing needs to be written to see that."""
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError):
        return False
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
