"""An interrupted run removes what it made, in each of its processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from operation.containers import wait_for
from operation.stack import ROOT

pytestmark = pytest.mark.slow

CONFTEST = """
import time
from pathlib import Path
import pytest
from xdist.workermanage import NodeManager

NodeManager.EXIT_TIMEOUT = 0.1
HERE = Path(__file__).parent

@pytest.fixture(scope="session")
def made(request):
    name = request.config.workerinput["workerid"]
    (HERE / f"made-{name}").touch()
    yield
    time.sleep(1)
    (HERE / f"removed-{name}").touch()

@pytest.fixture
def slow():
    yield
    time.sleep(0.5)
"""
TESTS = """
import time

def test_one(made, slow): time.sleep(30)
def test_two(made, slow): time.sleep(30)
def test_three(made): pass
"""


def made_by(folder: Path, word: str) -> list[str]:
    """Which processes left that file."""
    return sorted(path.name.removeprefix(word) for path in folder.glob(f"{word}*"))


@pytest.mark.parametrize("whole", [False, True], ids=["one process", "as a terminal does"])
def test_an_interrupted_run_removes_what_it_made(tmp_path: Path, *, whole: bool) -> None:
    """Also when that takes longer than pytest-xdist waits, and when the signal comes twice."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_slow.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    argv = [sys.executable, "-m", "pytest", "-p", "toolchain.presence", "-p", "toolchain.lanes", "-n", "2"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "TMPDIR": str(tmp_path)}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        running = subprocess.Popen(
            argv, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    wait_for(lambda: len(made_by(tmp_path, "made-")) == 2, 30, "the tests' start")
    (os.killpg if whole else os.kill)(running.pid, signal.SIGINT)
    assert running.wait(30) == pytest.ExitCode.INTERRUPTED
    assert made_by(tmp_path, "removed-") == made_by(tmp_path, "made-") == ["gw0", "gw1"]
    assert not list(tmp_path.glob("bem-tests-*"))
