"""A client that writes through the load balancer without a pause and remembers what was acknowledged."""

import threading
import time
from types import TracebackType
from typing import Self

import httpx

from tests.platform.deployment import Deployment


class Writer:
    """Writes in a thread of its own while a test does something.

    Attributes:
        acknowledged: names whose writing was answered with 201.
        failed: requests that were answered otherwise, or not at all.
        gap: longest time between two such answers, in seconds.
    """

    def __init__(self, deployment: Deployment, prefix: str, *, http2: bool = True) -> None:
        self.acknowledged: list[str] = []
        self.failed = 0
        self.gap = 0.0
        self._deployment, self._prefix, self._http2 = deployment, prefix, http2
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Self:
        """Writes from now on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Writes no more."""
        self._ended.set()
        self._thread.join()

    def _write(self) -> None:
        number, last = 0, time.monotonic()
        with self._deployment.client(http2=self._http2) as client:
            while not self._ended.is_set():
                number += 1
                name = f"{self._prefix}-{number}"
                try:
                    answer = client.post("/items", json={"name": name})
                except httpx.HTTPError:
                    self.failed += 1
                    continue  # without an answer nobody knows; it is not counted as written
                self.failed += answer.status_code != httpx.codes.CREATED
                if answer.status_code == httpx.codes.CREATED:
                    self.acknowledged.append(name)
                    self.gap, last = max(self.gap, time.monotonic() - last), time.monotonic()
