"""What Docker says while something goes on for minutes: it can be cancelled at any moment."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from toolchain.provider.call import POLL, Call
from toolchain.provider.failure import Cancelled

Message: TypeAlias = Mapping[str, Any]


def heard(begin: Callable[[], Iterable[Message]], call: Call, cancelled: str) -> Iterator[Message]:
    """The messages; a step that says nothing for minutes does not hold up a cancellation.

    Args:
        begin: begins it and gives its messages.
        call: the operation.
        cancelled: what to say when the engine cancels; it ends with the provider's connection.

    Raises:
        Cancelled: the engine cancelled.
    """
    said: queue.SimpleQueue[Message | Exception | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for message in begin():
                said.put(message)
            said.put(None)
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            said.put(error)

    threading.Thread(target=read, name="reader of Docker's messages", daemon=True).start()
    while True:
        if call.stop.is_set():
            raise Cancelled(cancelled)
        try:
            message = said.get(timeout=POLL)
        except queue.Empty:
            continue
        if isinstance(message, Exception):
            raise message
        if message is None:
            return
        yield message
