"""What Docker's builder says while it builds, and how it ends."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.stream import Message, heard

_LAST_LINES: Final = 25


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
    for message in heard(
        build, call, f"The build of {name} was cancelled; nothing uses the half-built image."
    ):
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
