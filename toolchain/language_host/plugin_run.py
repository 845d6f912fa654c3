"""What a plugin prints, while it runs."""

import queue
import threading
from collections.abc import Iterator
from typing import IO

from toolchain.language_host.child import Child

CHUNK = 65536


def outputs(child: Child) -> Iterator[tuple[str, bytes]]:
    """Pairs of `stdout` or `stderr` and what was printed there, until both end."""
    printed: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def copy(name: str, stream: IO[bytes]) -> None:
        with stream:
            while data := stream.read1(CHUNK):  # type: ignore[attr-defined]  # a buffered reader
                printed.put((name, data))
        printed.put((name, b""))

    out, error = child.streams
    for name, stream in (("stdout", out), ("stderr", error)):
        threading.Thread(target=copy, args=(name, stream), daemon=True).start()
    running = 2
    while running:
        name, data = printed.get()
        if data:
            yield name, data
        else:
            running -= 1
