"""What Docker's builder says while it builds, and how it ends."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from toolchain.provider.call import POLL, Call
from toolchain.provider.failure import Cancelled, ProviderFailure

_LAST_LINES: Final = 25
Message = Mapping[str, Any]


def follow(build: Callable[[], Iterable[Message]], name: str, call: Call) -> None:
    """Let a build run to its end.

    Args:
        build: begins the build and gives its messages.
        name: of the image.
        call: the operation; a cancelled one ends at once, and its build with the provider's connection.

    Raises:
        Cancelled: the engine cancelled.
        ProviderFailure: the build failed.
    """
    last: deque[str] = deque(maxlen=_LAST_LINES)
    for message in _interruptible(build, name, call):
        for line in build_lines(message):
            last.append(line)
            call.progress(line)
        if "error" in message:
            lines = "\n".join(f"  | {line}" for line in last)
            raise ProviderFailure(
                f"Image {name} was not built: {message['error']}\nLast lines of the build:\n{lines}\n"
                "Nothing that runs was changed; correct the Dockerfile or what it needs, "
                "then run `pulumi up` again."
            )


def build_lines(message: Message) -> list[str]:
    """The lines that one message of the builder says."""
    text = str(message.get("stream") or message.get("status") or "")
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _interruptible(build: Callable[[], Iterable[Message]], name: str, call: Call) -> Iterator[Message]:
    """The messages; a step that says nothing for minutes does not hold up a cancellation."""
    said: queue.SimpleQueue[Message | Exception | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for message in build():
                said.put(message)
            said.put(None)
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            said.put(error)

    threading.Thread(target=read, name=f"build of {name}", daemon=True).start()
    while True:
        if call.stop.is_set():
            raise Cancelled(f"The build of {name} was cancelled; nothing uses the half-built image.")
        try:
            message = said.get(timeout=POLL)
        except queue.Empty:
            continue
        if isinstance(message, Exception):
            raise message
        if message is None:
            return
        yield message
