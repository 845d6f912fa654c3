"""Logs for a person and for a program."""

import json
from typing import Any

import pytest

from infra import logs
from infra.logs import entry, lines, show
from operation.failure import Failure
from operation.stack import Stack

CHUNKS = [
    b"2026-11-25T08:56:06.1Z one\n2026-11-25T08:",
    b"56:07.2Z two \xff\r\n",
    b"2026-11-25T08:56:08.3Z cut",
]


class Found:
    """A container that wrote that."""

    short_id = "0123456789ab"
    status = "running"

    def logs(self, **_options: Any) -> list[bytes]:
        """In chunks, as the engine sends them."""
        return CHUNKS


class Engine:
    """An engine with one container for each service."""

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


@pytest.mark.parametrize(("service", "follow"), [("apy", False), ("all", True)])
def test_what_cannot_be_meant(service: str, follow: bool) -> None:
    """Refused with exit status 2."""
    with pytest.raises(Failure) as refused:
        show(Stack("try"), service, tail=5, since=None, follow=follow)
    assert refused.value.exit_code == 2
