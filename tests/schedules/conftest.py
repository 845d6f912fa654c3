"""Stacks with a stand-in for `./ops`, schedules, and a host whose crontab and systemctl are scripts."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operation.stack import Stack
from schedules import host, systemd
from schedules.record import Run
from schedules.schedule import Kind, Schedule

MADE = datetime(2026, 3, 1, tzinfo=UTC)

Make = Callable[..., Schedule]


def ran(at: datetime) -> Run:
    """A run that began then and came to an end."""
    return Run(started=at, served=at)


CRONTAB = """#!/bin/bash
# What crontab(1) does with one file.
table=$SPOOL/table
case $1 in
  -l) [[ -f $table ]] || { echo "no crontab for root" >&2; exit 1; }; cat "$table" ;;
  -r) rm -f "$table" ;;
  -) cat >"$table.new" && mv "$table.new" "$table" ;;
esac
"""
SYSTEMCTL = """#!/bin/bash
# Notes what it was asked, and answers as it is told.
printf '%s\\n' "$*" >>"$SPOOL/asked"
[[ ! -f $SPOOL/refuse || $* != *" $(cat "$SPOOL/refuse") "* ]] || { echo "Unit is masked." >&2; exit 1; }
[[ $* != *" show "* ]] || cat "$SPOOL/show" 2>/dev/null
"""


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in a checkout of its own, whose path has a blank and a percent sign."""
    root = tmp_path / "a 50% checkout"
    root.mkdir()
    (root / "Pulumi.try.yaml").write_text("config: {}\n")
    return Stack("try", root)


@pytest.fixture
def ops(stack: Stack) -> Callable[[str], Path]:
    """Puts a script in the place of `./ops`."""

    def written(script: str) -> Path:
        path = stack.root / "ops"
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
        return path

    return written


@pytest.fixture
def make() -> Make:
    """A schedule; what is given takes the place of its parts."""

    def made(**parts: object) -> Schedule:
        content: dict[str, object] = {
            "name": "backup-full",
            "job": ("backup", "--type", "full"),
            "cron": "0 2 * * 0",
            "jitter": 0,
            "kind": Kind.FOREGROUND,
            "since": MADE,
        }
        return Schedule.model_validate(content | parts)

    return made


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with a crontab and a systemd that are scripts; the folder where they keep what they hear."""
    folder = tmp_path / "spool"
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL)):
        path = folder / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    (folder / "units").mkdir()
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("SPOOL", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setattr(systemd, "SYSTEM", folder / "units")
    monkeypatch.setattr(host, "is_root", lambda: True)
    return folder
