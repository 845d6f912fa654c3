"""age for content that is too much for memory: piece by piece, through a thread of the library."""

import threading
from collections.abc import Callable, Generator, Iterable
from queue import Queue
from typing import Any

PIECE = 1024 * 1024
"""Bytes that the library is given at once."""
AHEAD = 8
"""Pieces that wait at most for whoever takes them."""


class Reader:
    """What the library reads from: pieces of any length, given out in the lengths that it asks for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""
        self.error: Exception | None = None

    def read(self, length: int = PIECE) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._rest:
            try:
                piece = next(self._pieces, None)
            except Exception as error:
                self.error = error  # the library gives its own in its place
                raise
            if piece is None:
                return b""
            self._rest = piece
        given, self._rest = self._rest[:length], self._rest[length:]
        return given


class Writer:
    """What the library writes to; stops it once nobody takes the pieces any more."""

    def __init__(self) -> None:
        self.queue: Queue[bytes | BaseException | None] = Queue(AHEAD)
        self.left = False

    def write(self, piece: bytes) -> int:
        """Waits until there is room."""
        if self.left:
            raise BrokenPipeError
        self.queue.put(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def encrypted(pieces: Iterable[bytes], identity: str) -> Generator[bytes, None, None]:
    """The pieces as one age file that this identity opens: `age -d -i` reads it, too.

    Args:
        pieces: the content; an error of theirs comes out here.
        identity: a secret key of age, `AGE-SECRET-KEY-1…`.
    """
    import pyrage  # noqa: PLC0415  # for this alone

    recipient = pyrage.x25519.Identity.from_str(identity).to_public()
    return _through(pieces, lambda reader, writer: pyrage.encrypt_io(reader, writer, [recipient]))


def decrypted(pieces: Iterable[bytes], identity: str) -> Generator[bytes, None, None]:
    """What is in an age file.

    Raises:
        ValueError: when it is cut short, changed, or not for this identity; what came before may be used
            for nothing.
    """
    import pyrage  # noqa: PLC0415

    own = pyrage.x25519.Identity.from_str(identity)
    try:
        yield from _through(pieces, lambda reader, writer: pyrage.decrypt_io(reader, writer, [own]))
    except (pyrage.DecryptError, OSError) as error:
        raise ValueError(str(error) or "it does not open") from error


def new_identity() -> str:
    """A new secret key."""
    import pyrage  # noqa: PLC0415

    return str(pyrage.x25519.Identity.generate())


def _through(pieces: Iterable[bytes], work: Callable[[Any, Any], None]) -> Generator[bytes, None, None]:
    """What comes out of the library; it works in a thread, since it wants to read and to write by itself."""
    reader, writer = Reader(pieces), Writer()

    def run() -> None:
        try:
            work(reader, writer)
        except BaseException as error:  # noqa: BLE001  # it belongs to whoever takes the pieces
            writer.queue.put(error)
        else:
            writer.queue.put(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while (piece := writer.queue.get()) is not None:
            if isinstance(piece, BaseException):
                raise reader.error or piece
            yield piece
    finally:
        writer.left = True
        while thread.is_alive():
            while not writer.queue.empty():
                writer.queue.get()
            thread.join(0.01)
