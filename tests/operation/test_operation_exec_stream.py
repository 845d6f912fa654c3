import io
from typing import Any

import pytest

from backups import backup as module
from operation.containers import Output, execute
from operation.exec_stream import HEADER, begin, frames
from tests.backups.scene import Container


def framed(*pieces: tuple[int, bytes]) -> bytes:
    """As Docker sends them."""
    return b"".join(HEADER.pack(kind, len(piece)) + piece for kind, piece in pieces)


class Dribble(io.BytesIO):
    """Gives a byte at a time, whatever was asked for."""

    def read(self, _size: int | None = -1, /) -> bytes:
        """One byte."""
        return super().read(1)


class Engine:
    """Stands for Docker: one answer and one exit status."""

    def __init__(self, content: bytes, status: int) -> None:
        self.api = self
        self.raw, self.status = io.BytesIO(content), status
        self.closed, self.looks = False, 0

    def exec_create(self, _container: str, _argv: list[str], **_: object) -> dict[str, str]:
        """Gives a handle."""
        return {"Id": "h"}

    def exec_inspect(self, _handle: str) -> dict[str, int | None]:
        """How it ended; not known at the first look."""
        self.looks += 1
        return {"ExitCode": self.status if self.looks > 1 else None}

    def close(self) -> None:
        """The answer was closed."""
        self.closed = True

    def _url(self, path: str, handle: str) -> str:
        return path.format(handle)

    def _post_json(self, url: str, **asked: Any) -> "Engine":
        assert (url, asked["timeout"]) == ("/exec/h/start", None)
        return self

    def _raise_for_status(self, _answer: "Engine") -> None:
        return


def test_frames_come_whole_however_they_are_cut() -> None:
    """Bytes of one frame may come in many pieces."""
    content = framed((1, b"out"), (2, b"error"), (1, b""))
    assert list(frames(Dribble(content))) == [(1, b"out"), (2, b"error"), (1, b"")]
    assert list(frames(io.BytesIO(b""))) == []


@pytest.mark.parametrize("cut", [3, 9])
def test_answer_that_breaks_off_is_an_error(cut: int) -> None:
    """In a header or in its content: never half a line as if it were all."""
    with pytest.raises(EOFError, match="broke off"):
        list(frames(io.BytesIO(framed((1, b"out"))[:cut])))


def test_status_comes_last() -> None:
    """And the answer is closed."""
    engine = Engine(framed((1, b"a"), (2, b"b")), 7)
    run = begin(engine, "c", ["x"])
    assert list(run) == [(1, b"a"), (2, b"b")]
    assert (run.status(), engine.closed) == (7, True)


def test_what_came_with_the_headers_is_there_and_the_status_is_waited_for() -> None:
    """Output and error apart; Docker knows the status a moment after the end."""
    target: Any = Container()
    target.id, target.engine = "c", Engine(framed((1, b"a"), (2, b"b"), (1, b"c")), 0)
    assert execute(target, ["x"]) == Output(0, "ac", "b")


def test_lines_of_a_backup_are_shown_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line may be cut between two pieces; the label is in them."""
    engine = Engine(framed((1, b"P00 INFO: new back"), (1, b"up label = 20261124-101500F\nP00 INFO: end")), 0)
    monkeypatch.setattr(module, "client", lambda: engine)
    shown: list[str] = []
    target: Any = Container()
    target.id = "c"
    status, words = module._stream(target, "bem", ["pgbackrest"], shown.append)  # noqa: SLF001
    assert (status, shown) == (0, ["new backup label = 20261124-101500F"])
    assert words[-1] == "P00 INFO: end"


def test_backup_that_is_interrupted_is_ended_in_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it any more."""
    engine = Engine(framed((1, b"one\n")), 0)
    monkeypatch.setattr(module, "client", lambda: engine)
    target: Any = Container((("stop",), ""))
    target.id = "c"

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        module._stream(target, "bem", ["pgbackrest"], interrupt)  # noqa: SLF001
    assert target.was_told("--force stop", "start")
