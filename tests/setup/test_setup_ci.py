"""`.ci/run`: the verdict of the tests, and no daemon of ours left behind."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from operation.stack import ROOT
from tests.setup.checkout import Checkout


@pytest.fixture
def ci(checkout: Checkout) -> Path:
    """CI's program in the pretended checkout."""
    program = checkout.root / ".ci" / "run"
    program.parent.mkdir()
    shutil.copy(ROOT / ".ci" / "run", program)
    return program


def run(program: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """As CI calls it: no input, and an output that somebody reads to its end."""
    return subprocess.run(
        ["/bin/bash", program],
        env={"PATH": "/usr/bin:/bin", **environment},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_last_line_is_pytests(ci: Path) -> None:
    """Nothing follows what the test runner says."""
    result = run(ci)
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1].startswith("words=")


@pytest.mark.parametrize(("failing", "status"), [("python", 7), ("ruff", 1), ("pytest", 7)])
def test_any_failure_is_ci_s(ci: Path, failing: str, status: int) -> None:
    """Set-up, a check or a test: each failure is the run's."""
    assert run(ci, FAILING=failing).returncode == status


@pytest.fixture
def process(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that goes by the daemon's name."""
    program = tmp_path / "dockerd"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as running:
        yield running
        running.kill()


def test_daemon_that_this_run_started_is_stopped(ci: Path, process: "subprocess.Popen[bytes]") -> None:
    """By its process, which set-up noted."""
    notes = ci.parent.parent / ".ops"
    notes.mkdir()
    (notes / "engine.pid").write_text(f"{process.pid}\n")
    assert run(ci).returncode == 0
    assert process.wait(5) == -15


def test_daemon_of_others_is_left_alone(ci: Path, process: "subprocess.Popen[bytes]") -> None:
    """Without a note, or with one for another program's process, nothing is stopped."""
    assert run(ci).returncode == 0
    assert process.poll() is None


def test_note_of_a_gone_process_stops_nothing(ci: Path) -> None:
    """The number may be another program's by now: pytest itself lives on."""
    notes = ci.parent.parent / ".ops"
    notes.mkdir()
    (notes / "engine.pid").write_text(f"{Path('/proc/self').resolve().name}\n")
    assert run(ci).returncode == 0
