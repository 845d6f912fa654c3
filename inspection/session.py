"""A command in a container that a person sits before: their keys go in, what it says comes out.

Docker keeps no command alive or dead by the connection: a command whose reader has gone runs on. So each one
carries a mark in its environment, by which it and its children are found and ended.
"""

import os
import secrets
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from inspection.terminal import raw, resized
from operation import exec_stream
from operation.failure import Failure
from operation.patience import wait_for

MARK = "BEM_EXEC"
PIECE = 65536
END_SECONDS = 5.0
"""How long a command may take to end after Ctrl-C; then it is killed."""
SIGNAL = (
    'for each in /proc/[0-9]*; do if grep -qz "^$1\\$" "$each/environ" 2>/dev/null; '
    'then kill -"$2" "${each#/proc/}" 2>/dev/null; fi; done; exit 0'
)
"""Sends a signal to every process that carries the mark; every image of ours has `sh` and `grep`."""


@dataclass(frozen=True)
class Session:
    """One command in a container.

    Attributes:
        container: where.
        argv: the command.
        user: as whom; empty for the container's own.
        tty: whether it gets a terminal.
    """

    container: Any
    argv: Sequence[str]
    user: str = ""
    tty: bool = False

    def run(self) -> int:
        """Runs it to its end and gives its exit status; interrupted, the command is ended too.

        Raises:
            Failure: when Docker refuses it.
            KeyboardInterrupt: after the command was ended.
        """
        api, mark = self.container.client.api, f"{MARK}={secrets.token_hex(8)}"
        handle = self._create(api, mark)
        with self._ended_with_us(api, handle, mark), raw(on=self.tty):
            with closing(_start(api, handle, tty=self.tty)) as answer:
                stream = answer.raw._fp.fp  # noqa: SLF001  # the SDK has no way to the buffer
                threading.Thread(target=_feed, args=(stream.raw._sock,), daemon=True).start()  # noqa: SLF001
                with resized(api, handle, on=self.tty):
                    _print(stream) if self.tty else _print_frames(stream)
            wait_for(lambda: status(api, handle) is not None, exec_stream.STATUS_SECONDS, "the command's end")
        return int(status(api, handle) or 0)

    def _create(self, api: Any, mark: str) -> str:
        from docker.errors import APIError  # noqa: PLC0415

        environment = [mark, *([f"TERM={os.environ.get('TERM', 'xterm')}"] if self.tty else [])]
        try:
            made = api.exec_create(
                self.container.id,
                list(self.argv),
                user=self.user,
                environment=environment,
                stdin=True,
                tty=self.tty,
            )
        except APIError as error:
            raise Failure(
                f"the command cannot run: {error.explanation}", remedy="`invoke ps` shows what runs."
            ) from error
        return str(made["Id"])

    @contextmanager
    def _ended_with_us(self, api: Any, handle: str, mark: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._end(api, handle, mark)
            raise

    def _end(self, api: Any, handle: str, mark: str) -> None:
        """As Ctrl-C in a terminal does; what does not care is killed."""
        for name, seconds in (("INT", END_SECONDS), ("KILL", END_SECONDS)):
            self.container.exec_run(["sh", "-c", SIGNAL, "sh", mark, name], user=self.user)
            with suppress(Failure):
                wait_for(lambda: status(api, handle) is not None, seconds, "the command's end")
                return


def status(api: Any, handle: str) -> int | None:
    """How a command ended; None while it runs."""
    found = api.exec_inspect(handle)
    return None if found["Running"] else found["ExitCode"]


def _start(api: Any, handle: str, *, tty: bool) -> Any:
    url = api._url("/exec/{0}/start", handle)  # noqa: SLF001
    answer = api._post_json(url, data={"Tty": tty, "Detach": False}, stream=True, timeout=None)  # noqa: SLF001
    try:
        api._raise_for_status(answer)  # noqa: SLF001
    except Exception as error:
        raise Failure(
            f"the command cannot run: {getattr(error, 'explanation', error)}",
            remedy="`invoke ps` shows what runs.",
        ) from error
    return answer


def _feed(connection: Any) -> None:
    """Hands on what is typed, or what a pipe gives, until its end."""
    source = sys.stdin.fileno()
    with suppress(OSError):
        while piece := os.read(source, PIECE):
            connection.sendall(piece)
    with suppress(OSError, AttributeError):
        connection.shutdown(1)  # the command reads the end of its input


def _print(stream: Any) -> None:
    while piece := stream.read1(PIECE):
        _write(sys.stdout.fileno(), piece)


def _print_frames(stream: Any) -> None:
    for kind, piece in exec_stream.frames(stream):
        _write((sys.stderr if kind == exec_stream.ERROR else sys.stdout).fileno(), piece)


def _write(descriptor: int, piece: bytes) -> None:
    while piece:
        piece = piece[os.write(descriptor, piece) :]
