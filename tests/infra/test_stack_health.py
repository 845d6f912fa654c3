"""The check that Docker starts: once until a service is healthy, then again and again from within."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.health import Health

Check = Callable[[str], tuple[int, str, int]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs the script with a `healthy` that does what is given: status, words, number of questions."""
    healthy, asked = tmp_path / "healthy", tmp_path / "asked"
    script = Health(pause=5).test[1].replace("/usr/local/bin/healthy", str(healthy))
    script = script.replace("/tmp/healthy", str(tmp_path / "seen")).replace("sleep 5", ":")  # noqa: S108
    script = script.replace("timeout 5", "timeout 0.3")

    def run(does: str) -> tuple[int, str, int]:
        asked.write_text("")
        healthy.write_text(f"#!/bin/sh\necho >>{asked}\n{does}\n")
        healthy.chmod(0o755)
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, timeout=20)
        return done.returncode, done.stdout.strip(), len(asked.read_text())

    return run


def test_the_first_good_answer_is_told_at_once(check: Check) -> None:
    """A start is seen when it happens; afterwards one check asks four times."""
    assert check("echo well") == (0, "well", 1)
    assert check("echo well") == (0, "well", 4)


def test_a_bad_answer_ends_the_check(check: Check) -> None:
    """With its words, also in the middle; the next good one is told at once again."""
    check("echo well")
    assert check('[ "$(wc -l <"$0.n" 2>/dev/null)" = 2 ] && echo ill && exit 1; echo >>"$0.n"') == (
        1,
        "ill",
        3,
    )
    assert check("echo ill; exit 7") == (1, "ill", 1)
    assert check("echo well") == (0, "well", 1)


def test_no_answer_is_a_bad_one(check: Check) -> None:
    """The check is not held up by it."""
    assert check("exec sleep 60") == (1, "no answer", 1)
