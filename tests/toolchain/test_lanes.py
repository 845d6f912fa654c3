"""Lanes, by runs of pytest over a folder of small tests that write down what they do."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from operation.stack import ROOT
from toolchain.lanes import processes

pytestmark = pytest.mark.slow

MARKERS = "[pytest]\nmarkers =\n    platform: x\n    engine: x\n    lane: x\n    slow: x\n"
RECORD = """
import os, time
from pathlib import Path
import pytest

def record(word):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "none")
    with Path({book!r}).open("a") as file:
        file.write(f"{{worker}} {{word}}\\n")

def meet(word):
    while "PYTEST_XDIST_WORKER" in os.environ and f" {{word}}\\n" not in Path({book!r}).read_text():
        time.sleep(0.02)

@pytest.fixture(scope="session")
def first_up():
    record("made")
    yield
    time.sleep(0.5)
    record("removed")
"""
DEPLOYED = """
import pytest
from conftest import meet, record
pytestmark = pytest.mark.platform

@pytest.mark.engine
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("number", range(2))
def test_engine(first_up, number): record("engine")
def test_one(first_up):
    record("one")
    meet("three")
def test_two(first_up): record("two")
"""
RESTORED = """
import pytest
from conftest import meet, record
pytestmark = [pytest.mark.platform, pytest.mark.lane("restore")]

def test_three(first_up):
    record("three")
    meet("one")
def test_four(first_up): record("four")
"""
FAST = """
import pytest
from conftest import record

@pytest.mark.slow
def test_slow(): record("slow")
@pytest.mark.parametrize("number", range(6))
def test_fast(number): record("fast")
"""


@dataclass(frozen=True)
class Line:
    """What was written down: the process, and its word."""

    worker: str
    word: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tests of each kind, the slow ones in the files that come first."""
    (tmp_path / "pytest.ini").write_text(MARKERS)
    (tmp_path / "conftest.py").write_text(RECORD.format(book=str(tmp_path / "book")))
    for name, text in {"a_deployed": DEPLOYED, "b_restored": RESTORED, "c_fast": FAST}.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    return tmp_path


def run(folder: Path, *words: str) -> tuple[list[Line], str]:
    """What the tests wrote, in its order, and what pytest said; all have to pass."""
    argv = [sys.executable, "-m", "pytest", "-p", "toolchain.presence", "-p", "toolchain.lanes"]
    environment = {"PYTHONPATH": f"{ROOT}:{folder}", "PATH": "/usr/bin:/bin", "TMPDIR": str(folder)}
    done = subprocess.run(
        [*argv, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [Line(*line.split()) for line in (folder / "book").read_text().splitlines()], done.stdout


def test_each_lane_has_one_process_and_who_stops_the_engine_is_alone(folder: Path) -> None:
    """Fast tests before both lanes; the engine's when nothing is left of any other."""
    lines, _ = run(folder, "-n", "2")
    words = [line.word for line in lines]
    workers = {line.word: line.worker for line in lines}
    assert max(index for index, word in enumerate(words) if word == "fast") < words.index("four")
    assert workers["one"] == workers["two"]
    assert workers["three"] == workers["four"] != workers["one"]
    assert words.count("made") == 2
    assert words.index("removed") < words.index("engine")
    assert words[-3:] == ["engine", "engine", "removed"]


def test_without_workers_all_share_one_deployment(folder: Path) -> None:
    """One after the other in one process: fast, slow, the deployment's, the restores, the engine's."""
    lines, _ = run(folder, "-n", "0")
    words = [line.word for line in lines]
    lanes = ["made", "one", "two", "three", "four", "engine", "engine", "removed"]
    assert words == [*["fast"] * 6, "slow", *lanes]
    assert {line.worker for line in lines} == {"none"}


def test_files_that_are_named_start_no_processes(folder: Path) -> None:
    """A folder is worth them, and so is a file beside one."""
    file = folder / "test_c_fast.py"
    assert processes([file, folder / "conftest.py"]) == 0
    assert processes([folder]) == processes([file, folder]) >= 2


def test_a_wrong_name_is_told_by_pytest_itself(folder: Path) -> None:
    """Processes would keep its words to themselves; asked for all the same, they end without a traceback."""
    assert processes([folder, folder / "test_none.py"]) == 0
    wanted = [str(folder / "test_none.py"), "-p", "toolchain.lanes"]
    for number in ("0", "2"):
        argv = [sys.executable, "-m", "pytest", "-q", f"-n{number}", *wanted]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert "INTERNALERROR" not in said
        assert number != "0" or "not found" in said
