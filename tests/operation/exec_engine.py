"""Stands for Docker where it runs commands in containers: frames and a status, as the real one sends them."""

import io
from collections.abc import Callable
from typing import Any

from operation.exec_stream import ERROR, HEADER, OUTPUT

Answer = Callable[[list[str]], tuple[int, tuple[bytes, bytes]]]
"""Gives for a command line its exit status, and what it says on both streams."""


class ExecEngine:
    """Runs commands by a function."""

    def __init__(self, answer: Answer) -> None:
        self.api = self
        self.answer = answer
        self.argv: list[str] = []
        self.status = 0
        self.raw = io.BytesIO()

    def exec_create(self, _container: str, argv: list[str], **_: object) -> dict[str, str]:
        """Notes the command."""
        self.argv = argv
        return {"Id": "handle"}

    def exec_inspect(self, _handle: str) -> dict[str, int]:
        """How it ended."""
        return {"ExitCode": self.status}

    def close(self) -> None:
        """Of the answer."""

    def _url(self, path: str, handle: str) -> str:
        return path.format(handle)

    def _post_json(self, _url: str, **_: Any) -> "ExecEngine":
        self.status, said = self.answer(self.argv)
        pieces = zip((OUTPUT, ERROR), said, strict=True)
        self.raw = io.BytesIO(b"".join(HEADER.pack(kind, len(piece)) + piece for kind, piece in pieces))
        return self

    def _raise_for_status(self, _answer: Any) -> None:
        return
