"""What a command in a container says, while it says it.

The Docker SDK reads such answers past the buffer that the headers were read into: what came with them is
lost, or its frames are cut in the middle. This reads them from the buffer.
"""

import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

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


def said(engine: Any, container: str, argv: list[str]) -> Iterator[bytes | int]:
    """Runs a command and gives what it says, piece by piece, and at last its exit status."""
    handle = engine.api.exec_create(container, argv)["Id"]
    url = engine.api._url("/exec/{0}/start", handle)  # noqa: SLF001  # the SDK has no public way to the buffer
    answer = engine.api._post_json(url, data={"Tty": False, "Detach": False}, stream=True, timeout=None)  # noqa: SLF001
    with closing(answer):
        engine.api._raise_for_status(answer)  # noqa: SLF001
        for _, piece in frames(answer.raw):
            yield piece
    yield int(engine.api.exec_inspect(handle)["ExitCode"])


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
