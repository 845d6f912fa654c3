"""How long clients were not answered, as new connections to the load balancer see it."""

import http.client
import ssl
import threading
import time

from operation.stack import Stack

PAUSE = 0.05
"""Seconds between an answer and the next connection: how exact the figure is."""

PATIENCE = 2.0
"""Seconds for one answer."""

RETURN = 30.0
"""Seconds for an answer after the step that took the answers away has ended well."""


class Outage:
    """Connects anew, again and again, from `begin` to `end`. Any answer over TLS is one, whatever it says.

    Args:
        stack: whose load balancer; it is asked on this host.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._ended = threading.Event()
        self._answered = threading.Event()
        self._last = 0.0
        self._longest = 0.0
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Starts to connect; a second call does nothing."""
        if self._thread is None:
            self._last = time.monotonic()
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def end(self) -> float | None:
        """Waits for one more answer.

        Returns:
            the longest time between two answers, in seconds; None when it never began, or none came.
        """
        if self._thread is None:
            return None
        self._answered.clear()
        came = self._answered.wait(RETURN)
        self._ended.set()
        self._thread.join(2 * PATIENCE)
        return self._longest if came else None

    def _run(self) -> None:
        while not self._ended.wait(PAUSE):
            if answers(self._stack):
                now = time.monotonic()
                self._longest = max(self._longest, now - self._last)
                self._last = now
                self._answered.set()


def answers(stack: Stack) -> bool:
    """Whether a new connection gets an answer."""
    port = stack.settings.load_balancer.https_port
    try:
        roots = sorted((stack.folder / "certs").glob("root*.pem"))  # two while one is rotated
        trust = ssl.create_default_context(cafile=str(roots[-1]) if roots else None)
        trust.check_hostname = False  # the stack's file may leave out every name of this host
        asking = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=trust)
        try:
            asking.request("GET", "/")
            return bool(asking.getresponse().status)
        finally:
            asking.close()
    except (OSError, http.client.HTTPException):
        return False
