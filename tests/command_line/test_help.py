"""Help and lists: for tasks that take a word, on narrow terminals, into pipes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from operation.stack import ROOT
from tests.command_line.conftest import Invoke


@pytest.mark.parametrize("words", ["logs --help", "--help logs", "logs -h", "logs api --help"])
def test_help_of_a_task_that_takes_a_word(invoke: Invoke, words: str) -> None:
    """Wherever --help stands."""
    done = invoke(words)
    assert done.status == 0, done.err
    assert done.out.startswith("Usage: invoke logs SERVICE [options]\n")
    assert "Examples: invoke logs database --tail 20" in done.out
    assert "--follow" in done.out


@pytest.mark.parametrize("columns", [20, 40, 60, 200])
@pytest.mark.parametrize("words", ["--list", "restore --help"])
def test_lines_fit_the_terminal(invoke: Invoke, columns: int, words: str) -> None:
    """However narrow it is, and all is said; only a name is never broken."""
    done = invoke(words, COLUMNS=str(columns))
    assert done.status == 0, done.err
    too_long = [
        line for line in done.out.splitlines() if len(line) > max(columns, 24) and " " in line.strip()
    ]
    assert all(
        line.lstrip().startswith(("-", "backup.", "restore.", "certs.", "drill.", "schedule.", "Usage"))
        for line in too_long
    )
    wide = invoke(words, COLUMNS="200").out
    assert "".join(done.out.split()) == "".join(wide.split())


@pytest.mark.parametrize(("words", "unbuffered"), [(["--list"], ""), (["restore", "--help"], "1")])
def test_pipe_that_nobody_reads(words: list[str], unbuffered: str, tmp_path: Path) -> None:
    """Exit status 141 and no words, as with any other program."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "invoke", "--search-root", ROOT, *words],
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONUNBUFFERED": unbuffered},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, "")
