"""The text of systemd's units, and what systemd itself says of it where the host has its tools."""

import shutil
import subprocess
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.stack import Stack
from schedules.schedule import Kind
from schedules.units import exec_start, units
from tests.schedules.conftest import Make


def test_the_units_say_this(make: Make) -> None:
    """To the letter."""
    stack = Stack("local", Path("/srv/bem"))
    texts = units(stack, make(kind=Kind.SYSTEMD, jitter=600), system=True)
    unit = "bem-local-backup-full-897a191cc3012a51"
    assert list(texts) == [f"{unit}.service", f"{unit}.timer"]
    assert texts[f"{unit}.service"] == (
        "# bem-operations checkout=9e689bad1f64ed64 stack=local schedule=backup-full\n"
        "# Made by `invoke backup.schedule`; `invoke schedule.remove backup-full --stack local` removes it.\n"
        "[Unit]\n"
        "Description=invoke backup --type full for stack local\n"
        "After=docker.service network-online.target\n"
        "Wants=network-online.target\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "ExecStart=:/srv/bem/ops schedule.fire backup-full --stack local --if-due\n"
        "KillMode=mixed\n"
        "TimeoutStopSec=15min\n"
    )
    assert texts[f"{unit}.timer"] == (
        "# bem-operations checkout=9e689bad1f64ed64 stack=local schedule=backup-full\n"
        "[Unit]\n"
        "Description=When: 0 2 * * 0; invoke backup --type full for stack local\n"
        "\n"
        "[Timer]\n"
        "OnCalendar=Sun *-*-* 02:00:00\n"
        "OnCalendar=*-*-* 04:10:00\n"
        "RandomizedDelaySec=600\n"
        "FixedRandomDelay=true\n"
        "AccuracySec=1s\n"
        "Persistent=true\n"
        "\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


def test_a_users_units_name_no_unit_of_the_system(make: Make) -> None:
    """A user's systemd knows no docker.service."""
    service = next(iter(units(Stack("local", Path("/srv/bem")), make(), system=False).values()))
    assert "docker.service" not in service


def test_strange_paths_are_quoted() -> None:
    """Blanks and percent signs; the colon keeps dollars from being variables."""
    assert exec_start(["/a 50% $HOME/ops", "x"]) == ':"/a 50%% $HOME/ops" x'


@pytest.mark.parametrize("path", ["/a\nExecStart=/bin/rm", "/a\tb", "/a\x7f", "/a'b", '/a"b', "/a\\b"])
def test_what_systemd_cannot_run_is_refused(path: str) -> None:
    """A line more in a unit would be a command more."""
    with pytest.raises(Failure, match="no unit can hold"):
        exec_start([path])


@pytest.mark.parametrize("folder", ["plain", "a 50% $HOME checkout", "ümläut"])
def test_systemd_has_no_complaint(tmp_path: Path, make: Make, folder: str) -> None:
    """`systemd-analyze verify` reads both units and finds the program; elsewhere the letters above count."""
    root = tmp_path / folder
    root.mkdir()
    program = root / "ops"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    places = []
    for name, text in units(Stack("try", root), make(cron="0 2 1 * 1"), system=True).items():
        place = tmp_path / name
        place.write_text(text)
        places.append(str(place))
    if shutil.which("systemd-analyze") is None:
        return
    argv = ["systemd-analyze", "verify", "--man=no", *places]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, _about_us(done.stderr)) == (0, [])
    program.unlink()
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert any("is not executable" in line for line in _about_us(done.stderr))


def _about_us(said: str) -> list[str]:
    return [line for line in said.splitlines() if "bem-" in line]
