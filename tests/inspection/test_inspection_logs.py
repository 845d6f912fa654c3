"""Logs for a person and for a program, of containers that ran, run, and will run."""

import json
import os
import queue
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from inspection import logs
from inspection.follow import in_order
from inspection.logs import Line, Wanted, entry, lines, show
from inspection.since import since
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.inspection.conftest import Said

Invoke = Callable[..., Said]
CHUNKS = [
    b"2026-11-25T08:56:06.1Z one\n2026-11-25T08:",
    b"56:07.2Z two \xff\r\n",
    b"2026-11-25T08:56:08.3Z cut",
]
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Found:
    """A container that wrote that."""

    short_id = "0123456789ab"
    status = "running"
    labels = {"bem.role": "api", "com.docker.swarm.task.name": "try_api.2.abc"}  # noqa: RUF012

    def logs(self, **_options: Any) -> list[bytes]:
        """In chunks, as the engine sends them."""
        return CHUNKS


class Engine:
    """An engine with one container."""

    @property
    def containers(self) -> "Engine":
        """Itself."""
        return self

    def list(self, **_options: Any) -> list[Found]:
        """That one."""
        return [Found()]


def test_chunks_are_put_together() -> None:
    """A line may begin in one and end in the next."""
    assert [line.partition(" ")[2] for line in lines(CHUNKS)] == ["one", "two \ufffd\r", "cut"]


def test_line_for_a_program() -> None:
    """The time stands by itself."""
    assert entry("api", "01", "2026-11-25T08:56:06.1Z a b\r") == {
        "at": "2026-11-25T08:56:06.1Z",
        "service": "api",
        "container": "01",
        "line": "a b",
    }


def test_each_line_is_an_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else is printed."""
    monkeypatch.setattr(logs, "client", lambda **_: Engine())
    show(Stack("try"), "api", tail=5, since=None, follow=False, as_json=True)
    out, err = capsys.readouterr()
    assert [json.loads(line)["line"] for line in out.splitlines()] == ["one", "two \ufffd", "cut"]
    assert err == ""


def test_a_pattern_counts_what_fits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest line that fits, with its replica; without colours, since nobody is at a terminal."""
    monkeypatch.setattr(logs, "client", lambda **_: Engine())
    show(Stack("try"), "all", tail=1, grep="^(one|two)")
    assert capsys.readouterr().out == "2026-11-25T08:56:07.2Z api.2 two \ufffd\n"


@pytest.mark.parametrize(("service", "options"), [("apy", {}), ("api", {"grep": "("}), ("api", {"tail": -2})])
def test_what_cannot_be_meant(service: str, options: dict[str, Any]) -> None:
    """Refused with exit status 2."""
    with pytest.raises(Failure) as refused:
        show(Stack("try"), service, **options)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("", None),
        ("30", "2026-11-25T11:59:30+00:00"),
        ("10m", "2026-11-25T11:50:00+00:00"),
        ("2h", "2026-11-25T10:00:00+00:00"),
        ("1d", "2026-11-24T12:00:00+00:00"),
        ("2026-11-25T12:00:00+01:00", "2026-11-25T11:00:00+00:00"),
    ],
)
def test_since(text: str, begin: str | None) -> None:
    """Ago, or a moment."""
    found = since(text, NOON)
    assert (found and found.isoformat()) == begin


@pytest.mark.parametrize("text", ["yesterday", "2026-11-25T12:00:00", "9999999d", "-5"])
def test_no_time(text: str) -> None:
    """Refused with exit status 2."""
    with pytest.raises(Failure) as refused:
        since(text, NOON)
    assert refused.value.exit_code == 2


def line_at(second: int, service: str) -> Line:
    """A line of one second."""
    return Line(f"2026-11-25T12:00:{second:02}Z", service, 1, "0", "words")


def test_lines_of_many_come_in_order() -> None:
    """The older one waits no longer than for the window, and the end of all is a failure that says so."""
    waiting: queue.Queue[Line | None] = queue.Queue()
    said: list[Line] = []
    for each in (line_at(2, "api"), line_at(1, "cache"), line_at(3, "api"), None):
        waiting.put(each)
    with pytest.raises(Failure, match="ended in the middle"):
        in_order(waiting, said.append, lambda: False)
    assert [line.service for line in said] == ["cache", "api", "api"]


def test_nobody_reads_any_more() -> None:
    """Seen without writing anything."""
    with pytest.raises(BrokenPipeError):
        in_order(queue.Queue(), lambda _: None, lambda: True)


def test_fits_without_a_pattern() -> None:
    """Anything does."""
    assert Wanted(["api"]).fits(line_at(1, "api"))


@pytest.mark.slow
def test_following_hears_of_a_new_replica(
    replica: Callable[[str, int], Any], environment: dict[str, str]
) -> None:
    """One that starts later is followed too, and Ctrl-C ends it with 130."""
    replica("realtime", 1)
    argv = ("invoke", "logs", "all", "--follow", "--json")
    with subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        seen = {json.loads(following.stdout.readline())["container"]}
        later = replica("api", 7).short_id
        deadline = time.monotonic() + 40
        while later not in seen and time.monotonic() < deadline:
            seen.add(json.loads(following.stdout.readline())["container"])
        following.send_signal(signal.SIGINT)
        following.stdout.read()
        assert following.wait(30) == 130
    assert later in seen


def test_closed_pipe_ends_it(environment: dict[str, str], stack: Stack) -> None:
    """With 141, although nothing is written: no container of that service is there."""
    assert stack
    reading, writing = os.pipe()
    argv = ("invoke", "logs", "pulse", "--follow")
    with subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=writing) as following:
        os.close(writing)
        os.close(reading)
        assert following.wait(40) == 141
