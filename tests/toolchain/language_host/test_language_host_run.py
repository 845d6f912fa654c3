"""The command of a program, its environment, and what its end means."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.language_host.interpreter import Interpreter
from toolchain.language_host.program import INTERRUPTED, REPORTED, WITHOUT_SDK, arguments_of
from toolchain.language_host.run import Request, Verdict, verdict

PYTHON = Interpreter(Path("/venv/bin/python"), Path("/venv"))
REQUEST = Request("app", ("--flag", "x"), {"stack": "dev", "parallel": 2}, {"p:key": "hidden"}, ["p:key"])


def test_command_is_read_as_it_was_meant() -> None:
    """Settings, program and its own arguments, flags among them; nothing secret."""
    python, _, *words = REQUEST.argv(PYTHON)
    given = arguments_of(words)
    assert python == "/venv/bin/python"
    assert (given.settings, given.program, given.arguments) == (REQUEST.settings, "app", ["--flag", "x"])
    assert "hidden" not in " ".join(words)


def test_command_without_settings_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody starts a program by hand."""
    with pytest.raises(SystemExit):
        arguments_of(["app"])
    assert "--settings" in capsys.readouterr().err


def test_configuration_is_where_the_sdk_looks() -> None:
    """As JSON in two variables."""
    environment = REQUEST.environment(PYTHON, {"PATH": "/bin"})
    assert json.loads(environment["PULUMI_CONFIG"]) == {"p:key": "hidden"}
    assert json.loads(environment["PULUMI_CONFIG_SECRET_KEYS"]) == ["p:key"]
    assert environment["PATH"] == "/venv/bin:/bin"


@pytest.mark.parametrize("status", [REPORTED, INTERRUPTED, -signal.SIGINT])
def test_end_that_needs_no_more_words(status: int) -> None:
    """The person has read why, or asked for it."""
    assert verdict(status, PYTHON) == Verdict(reported=True)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (3, "exited with status 3"),
        (-signal.SIGKILL, "ended by SIGKILL"),
        (WITHOUT_SDK, "do: /venv/bin/python -m pip install"),
    ],
)
def test_end_that_is_explained(status: int, words: str) -> None:
    """A status, a signal, a Python without the SDK."""
    assert verdict(0, PYTHON) == Verdict()
    found = verdict(status, PYTHON)
    assert words in found.error
    assert not found.reported


def test_garbage_is_collected_again_once_the_sdk_is_there() -> None:
    """The SDK's objects are set aside, and those of the program are collected as ever."""
    ask = (
        "import gc; from toolchain.language_host.program import load_sdk; load_sdk();"
        "print(gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()))"
    )
    done = subprocess.run((sys.executable, "-c", ask), capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == ["True", "True"]
