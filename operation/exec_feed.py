"""A command in a container that reads what it is given: another one's output, without a copy on the way."""

import socket
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from operation.containers import Output
from operation.exec_stream import ERROR, OUTPUT, Run, begin, frames
from operation.failure import Failure


def feed(target: Any, argv: Sequence[str], pieces: Iterable[bytes]) -> Output:
    """Runs a command with that standard input and waits for its end.

    Should this process die, the command's input ends early; it has to take that for a failure.

    Args:
        target: the container.
        argv: the command; it has to say nothing before its input ends, or little.
        pieces: its whole input.

    Raises:
        Failure: when Docker never says how it ended.
    """
    api = target.client.api
    handle = api.exec_create(target.id, list(argv), stdin=True)["Id"]
    said: dict[int, bytes] = {OUTPUT: b"", ERROR: b""}
    with closing(api.exec_start(handle, socket=True)) as stream:
        plain = getattr(stream, "_sock", stream)
        plain.settimeout(None)
        _sent(plain, pieces)
        for kind, piece in frames(stream):
            said[kind] += piece
    stdout, stderr = (content.decode(errors="replace") for content in said.values())
    return Output(Run(api, handle, None).status(), stdout, stderr)


def output_of(target: Any, argv: Sequence[str], what: str) -> Iterable[bytes]:
    """The standard output of a command in a container, piece by piece.

    Args:
        target: the container.
        argv: the command.
        what: what it does, for the message.

    Raises:
        Failure: after its last piece, when it failed; with its own words.
    """
    run = begin(target.client, target.id, argv)
    words = b""
    for kind, piece in run:
        if kind == OUTPUT:
            yield piece
        else:
            words += piece
    if run.status() != 0:
        raise Failure(f"{what} failed: {words.decode(errors='replace').strip()[-500:]}")


def _sent(plain: Any, pieces: Iterable[bytes]) -> None:
    """Writes all of it, unless the command has ended; its exit status then says why."""
    try:
        for piece in pieces:
            plain.sendall(piece)
        plain.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError):
        return
