"""What a command in a container says, while it says it.

The Docker SDK reads such answers past the buffer that the headers were read into: what came with them is
lost, or its frames are cut in the middle. This reads them from the buffer.
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from operation.patience import wait_for

OUTPUT, ERROR = 1, 2
"""Docker's numbers for the two streams."""
STATUS_SECONDS = 30.0

HEADER = struct.Struct(">BxxxL")
"""Docker's frame: 1 for standard output, 2 for standard error; three bytes of nothing; the length."""


def frames(raw: Any) -> Iterator[tuple[int, bytes]]:
    """Parts an answer of Docker into its frames.

    Args:
        raw: gives at most so many bytes at each `read`, and none at its end.

    Raises:
        EOFError: when the answer breaks off in the middle of a frame.
    """
    while header := _exactly(raw, HEADER.size):
        kind, length = HEADER.unpack(header)
        yield kind, _exactly(raw, length)


@dataclass(frozen=True)
class Run:
    """A command that runs in a container: what it says, frame by frame, and then its exit status."""

    api: Any
    handle: str
    answer: Any

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Which stream, and what came in it."""
        with closing(self.answer):
            self.api._raise_for_status(self.answer)  # noqa: SLF001
            yield from frames(self.answer.raw)

    def status(self) -> int:
        """How it ended; Docker may know that a moment after the last frame.

        Raises:
            Failure: when Docker never says.
        """
        wait_for(lambda: self._ended() is not None, STATUS_SECONDS, "the end of a command in a container")
        return int(self._ended())

    def _ended(self) -> Any:
        return self.api.exec_inspect(self.handle)["ExitCode"]


def begin(
    engine: Any,
    container: str,
    argv: Sequence[str],
    user: str = "",
    environment: dict[str, str] | None = None,
) -> Run:
    """Starts a command; it may be silent for as long as it likes."""
    api = engine.api
    handle = api.exec_create(container, list(argv), user=user, environment=environment)["Id"]
    url = api._url("/exec/{0}/start", handle)  # noqa: SLF001  # the SDK has no public way to the buffer
    answer = api._post_json(url, data={"Tty": False, "Detach": False}, stream=True, timeout=None)  # noqa: SLF001
    return Run(api, handle, answer)


def _exactly(raw: Any, length: int) -> bytes:
    content = b""
    while len(content) < length:
        piece = raw.read(length - len(content))
        if not piece and not content:
            return b""
        if not piece:
            message = "the answer broke off"
            raise EOFError(message)
        content += piece
    return content
