"""Plugins of a killed engine are waited for, and nobody else is touched."""

import os
import subprocess
import sys

import pytest

from operation import pulumi_plugins
from operation.pulumi_plugins import await_end, of_stack
from operation.stack import Stack


def plugin(
    stack: Stack, code: str, *, backend: str = "", word: str = "pulumi-resource-try"
) -> "subprocess.Popen[str]":
    """A process that looks like a plugin, and has printed that it is there."""
    environment = {**os.environ, "PULUMI_BACKEND_URL": backend or f"file://{stack.folder / 'pulumi'}"}
    process = subprocess.Popen(
        (sys.executable, "-c", f"print('here', flush=True)\n{code}", word),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def test_without_plugins_there_is_nothing_to_wait_for(stack: Stack) -> None:
    """The usual case."""
    assert await_end(stack) == 0


def test_a_plugin_that_ends_by_itself_is_waited_for(stack: Stack) -> None:
    """What it has begun, it ends."""
    process = plugin(stack, "import time; time.sleep(0.5)")
    assert await_end(stack) == 1
    assert process.wait(5) == 0


def test_a_plugin_that_stays_is_ended(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """By SIGTERM, after its own time."""
    monkeypatch.setattr(pulumi_plugins, "OWN_END_SECONDS", 0.3)
    process = plugin(stack, "import sys; sys.stdin.read()")
    assert await_end(stack) == 1
    assert process.wait(5) < 0


def test_others_are_left_alone(stack: Stack) -> None:
    """A plugin of another stack, and a person's shell with this stack's environment."""
    other = plugin(stack, "import sys; sys.stdin.read()", backend="file:///elsewhere")
    shell = plugin(stack, "import sys; sys.stdin.read()", word="bash")
    assert of_stack(stack) == []
    assert await_end(stack) == 0
    for process in (other, shell):
        assert process.poll() is None
        process.communicate("")
