"""Processes of the host: they end with it, in order where they can."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from toolchain.language_host import lifeline
from toolchain.language_host.child import Child, Children
from toolchain.language_host.failure import HostFailure
from toolchain.language_host.plugin_run import outputs

STUBBORN = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); signal.pause()"
)
WILLING = """\
import signal
try:
    print('up', flush=True)
    signal.pause()
except KeyboardInterrupt:
    raise SystemExit(7)
"""
HELD = f"""\
import os, runpy, signal
runpy.run_path({lifeline.__file__!r})['hold_to'](int(os.environ['BEM_LIFELINE']))
print('up', flush=True)
signal.pause()
"""
PARENT = f"""\
import os, pathlib, subprocess, sys
from toolchain.language_host.child import Children
child = Children().start((sys.executable, '-c', {HELD!r}), environment=os.environ, folder=pathlib.Path('/'))
child.process.wait()
"""
SECONDS = 20.0


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """Processes that are given little time to clean up."""
    monkeypatch.setattr("toolchain.language_host.child.END_SECONDS", 0.3)
    return Children()


def start(children: Children, code: str) -> Child:
    """Starts a Python and waits for its first word."""
    child = children.start(
        (sys.executable, "-c", code), environment=os.environ, folder=Path("/"), output=subprocess.PIPE
    )
    assert child.streams[0].readline() == b"up\n"
    return child


def test_willing_child_cleans_up(children: Children) -> None:
    """An interrupt is enough; its own status is kept."""
    child = start(children, WILLING)
    child.stop()
    assert (children.wait(child), child.stopped) == (7, True)


def test_stubborn_child_is_killed(children: Children) -> None:
    """The host does not wait for ever, and knows that it was the host's doing."""
    child = start(children, STUBBORN)
    children.end(interrupt=True)
    assert (children.wait(child), child.stopped) == (-signal.SIGKILL, True)


def test_child_that_has_ended_is_left_alone(children: Children) -> None:
    """To stop it is no fault, and its end was its own."""
    child = start(children, "print('up')")
    child.process.wait(SECONDS)
    child.stop()
    assert (children.wait(child), child.stopped) == (0, False)


def test_nothing_starts_when_the_host_ends(children: Children) -> None:
    """What comes too late is refused."""
    children.end(interrupt=False)
    with pytest.raises(HostFailure, match="is ending"):
        start(children, WILLING)


def test_program_that_is_none_is_refused(children: Children) -> None:
    """In words, with its name."""
    with pytest.raises(HostFailure, match="/none/python cannot be started"):
        children.start(("/none/python",), environment={}, folder=Path("/"))


def test_child_of_a_killed_host_ends() -> None:
    """No orphans: the lifeline ends with the host, however that ends."""
    with subprocess.Popen((sys.executable, "-c", PARENT), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        parent.kill()
        finished = threading.Timer(SECONDS, parent.stdout.close)
        finished.start()
        assert parent.stdout.read() == ""  # the orphan held the other end
        finished.cancel()


def test_both_streams_are_read(children: Children) -> None:
    """Each by its name, to their ends; a child with the host's own output has none."""
    code = "import sys; print('up', flush=True); print('out'); print('no', file=sys.stderr)"
    child = start(children, code)
    printed = list(outputs(child))
    assert b"".join(data for name, data in printed if name == "stdout") == b"out\n"
    assert b"".join(data for name, data in printed if name == "stderr") == b"no\n"
    assert children.wait(child) == 0
    silent = children.start((sys.executable, "-c", ""), environment=os.environ, folder=Path("/"))
    with pytest.raises(ValueError, match="own output"):
        _ = silent.streams
    assert children.wait(silent) == 0
