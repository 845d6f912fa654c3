"""Invoke as a person meets it, without a process of its own for each call."""

import copy
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from command_line.program import CommandLine
from tests.command_line.wiring import FRESH

FOREIGN = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR", "ZDOTDIR", "PULUMI_STACK")
"""Variables of whoever runs the tests."""


@dataclass(frozen=True)
class Said:
    """How a call ended."""

    status: int
    out: str
    err: str


Invoke = Callable[..., Said]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Invoke:
    """Calls the program with a command line, in a home of its own; `COLUMNS="40"` sets a variable."""

    def call(words: str, **environment: str) -> Said:
        for name in (
            "XDG_DATA_HOME",
            "XDG_CONFIG_HOME",
            "BASH_COMPLETION_USER_DIR",
            "ZDOTDIR",
            "PULUMI_STACK",
        ):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"HOME": str(tmp_path), "COLUMNS": "80", **environment}.items():
            monkeypatch.setenv(name, value)
        program = CommandLine(name="Invoke", binary="inv[oke]", namespace=copy.deepcopy(FRESH))
        try:
            program.run(["invoke", *shlex.split(words)])
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capsys.readouterr()
        return Said(status, out, err)

    return call
