"""The script that commits a row a second, with a database that only says whether archiving is stuck."""

import os
import subprocess
from pathlib import Path

import pytest

from operation.stack import ROOT

SCRIPT = ROOT / "infra" / "images" / "database" / "bin" / "heartbeat"
PSQL = """#!/bin/bash
if [[ "$*" == *"insert into operations.heartbeat"* ]]; then cat "$WORK/second" >>"$WORK/beats"; fi
if [[ "$*" == *last_failed_time* ]]; then
  if (($(<"$WORK/second") < MENDED)); then echo t; else echo f; fi
fi
"""
SLEEP = """#!/bin/bash
second=$(($(<"$WORK/second") + 1))
echo "$second" >"$WORK/second"
((second < LAST))
"""


def beats(folder: Path, mended: int, last: int) -> list[int]:
    """In which seconds a row was committed, when archiving is stuck until one of them."""
    for name, text in (("psql", PSQL), ("sleep", SLEEP)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    (folder / "second").write_text("0\n")
    (folder / "beats").touch()
    variables = {"WORK": str(folder), "MENDED": str(mended), "LAST": str(last)}
    path = f"{folder}:{os.environ['PATH']}"
    subprocess.run([SCRIPT], env={**os.environ, **variables, "PATH": path}, check=False, timeout=60)
    return [int(line) for line in (folder / "beats").read_text().split()]


def test_one_row_a_second(tmp_path: Path) -> None:
    """While WAL is archived."""
    assert beats(tmp_path, mended=0, last=6) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("mended", "wanted"), [(1000, [1, 61, 121]), (70, [1, 61, 70, 71, 72])])
def test_one_row_a_minute_while_nothing_is_archived(tmp_path: Path, mended: int, wanted: list[int]) -> None:
    """And one a second from the very second on in which something is."""
    assert beats(tmp_path, mended, last=125)[: len(wanted)] == wanted
