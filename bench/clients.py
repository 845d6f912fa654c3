"""Clients that ask all the time over kept connections: how many requests failed, and for how long."""

import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Self

import httpx

from operation.stack import Stack
from tokens.bearer import bearer

NUMBER, PAUSE = 4, 0.01
"""Clients, and seconds between an answer and the next request of each, where a caller says nothing else."""

TRUSTED = "root.pem"


@dataclass
class Record:
    """How requests ended.

    Attributes:
        good: how many were answered 200.
        failed: how many were not.
        longest: seconds between the two good answers that are furthest apart, whoever got them.
        taken: seconds from each request that was answered well to its answer.
    """

    good: int = 0
    failed: int = 0
    longest: float = 0
    taken: list[float] = field(default_factory=list)
    last: float = field(default_factory=time.monotonic)

    def note(self, *, good: bool, seconds: float) -> None:
        """Counts one, and how long it took."""
        if not good:
            self.failed += 1
            return
        now = time.monotonic()
        self.good += 1
        self.taken.append(seconds)
        self.longest, self.last = max(self.longest, now - self.last), now


class Clients:
    """Ask from the beginning of a block to its end.

    Args:
        stack: whom.
        number: how many.
        pause: seconds between an answer and the next request of each.
        trusted: file of roots, in the stack's `certs/`.
    """

    def __init__(
        self, stack: Stack, number: int = NUMBER, pause: float = PAUSE, trusted: str = TRUSTED
    ) -> None:
        self.record = Record()
        self._pause, self._trusted = pause, trusted
        self._stack = stack
        self._noting = threading.Lock()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(number)]

    def __enter__(self) -> Self:
        """Begins."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Ends after the requests that are under way."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        trust = ssl.create_default_context(cafile=str(self._stack.folder / "certs" / self._trusted))
        with httpx.Client(
            base_url=f"https://127.0.0.1:{self._stack.settings.load_balancer.https_port}",
            verify=trust,
            auth=bearer(self._stack, "bench"),
            timeout=5,
            trust_env=False,
        ) as client:
            while not self._ended.wait(self._pause):
                asked = time.monotonic()
                good = _good(client)
                seconds = time.monotonic() - asked
                with self._noting:
                    self.record.note(good=good, seconds=seconds)


def _good(client: httpx.Client) -> bool:
    try:
        return client.get("/items", params={"limit": 1}).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
