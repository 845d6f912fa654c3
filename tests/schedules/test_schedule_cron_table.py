"""Our lines in somebody's crontab: found, replaced and removed without touching any other byte."""

import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.stack import Stack
from schedules import cron_table, crontab
from schedules.schedule import Kind
from tests.schedules.conftest import Make

THEIRS = (
    b"# m h  dom mon dow   command\r\n\n  MAILTO=root\nSHELL=/bin/fish\n"
    b"0 2 * * 0 /opt/ops schedule.fire backup-full --stack try # bem-operations checkout=0\n"
    b"\tevery day \xff\xfe not even utf-8\n@reboot echo 100\\% # bem-operations\n"
    b"5 5 * * * no newline at the end"
)


def as_cron_runs(line: str, place: Path) -> list[str]:
    """What cron does with a line: all behind five fields, percent signs bare again, no environment."""
    command = line.split(maxsplit=5)[5].replace("\\%", "%")
    environment = {"HOME": str(place), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment, cwd=place, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_a_schedule_is_a_line_of_its_own_and_a_look_every_hour(stack: Stack, make: Make) -> None:
    """Both run the same command, which does nothing when nothing is due."""
    own, hourly = cron_table.lines(stack, make(kind=Kind.CRON))
    program = shlex.quote(str(stack.root / "ops")).replace("%", "\\%")
    command = f"{program} schedule.fire backup-full --stack try --if-due # bem-operations checkout="
    assert own.startswith(f"0 2 * * 0 {command}")
    assert own.endswith(" stack=try schedule=backup-full")
    minute, _, rest = hourly.partition(" ")
    assert 0 <= int(minute) <= 59
    assert rest.startswith(f"* * * * {command}")


def test_the_command_survives_blanks_and_percent_signs(
    stack: Stack, make: Make, ops: object, tmp_path: Path
) -> None:
    """Started as cron starts it, the program gets the very words."""
    assert callable(ops)
    ops('printf "%s\\n" "$0" "$@"')
    for line in cron_table.lines(stack, make(kind=Kind.CRON)):
        said = as_cron_runs(line, tmp_path)
        assert said == [
            str(stack.root / "ops"), "schedule.fire", "backup-full", "--stack", "try", "--if-due",
        ]  # fmt: skip


@pytest.mark.parametrize("folder", ["back\\slash", "new\nline"])
def test_a_path_that_crons_read_differently_is_refused(tmp_path: Path, make: Make, folder: str) -> None:
    """Rather than a line that runs something else."""
    with pytest.raises(Failure, match="no crontab can hold"):
        cron_table.lines(Stack("try", tmp_path / folder), make())


def test_everybody_elses_bytes_stay(stack: Stack, make: Make) -> None:
    """Put in and taken out again, a strange table is what it was."""
    for name in ("backup-full", "backup-incr"):
        table = cron_table.with_lines(THEIRS, cron_table.lines(stack, make(name=name)))
        assert table.endswith(THEIRS)
        assert cron_table.without(table, stack, name) == THEIRS
        assert cron_table.without(table, stack) == THEIRS


def test_exactly_ours_are_found(stack: Stack, make: Make, tmp_path: Path) -> None:
    """Not those of another schedule, stack or checkout, whatever their names begin with."""
    others = [
        (Stack("try", tmp_path / "other"), "backup-full"),
        (Stack("try-2", stack.root), "backup-full"),
        (stack, "backup-full-2"),
    ]
    table = THEIRS
    for whose, name in [*others, (stack, "backup-full")]:
        table = cron_table.with_lines(table, cron_table.lines(whose, make(name=name)))
    assert len(cron_table.found(table, stack, "backup-full")) == 2
    assert len(cron_table.found(table, stack)) == 4
    left = cron_table.without(table, stack)
    assert cron_table.found(left, stack) == []
    assert all(len(cron_table.found(left, whose)) == 2 for whose, _ in others[:2])


def test_a_crontab_is_made_changed_and_gone_again(stack: Stack, make: Make, spool: Path) -> None:
    """Without a table before, none is left behind."""
    crontab.install(stack, make(kind=Kind.CRON))
    crontab.install(stack, make(kind=Kind.CRON, cron="0 4 * * *"))
    assert crontab.found(stack)[0].startswith("0 4 * * * ")
    assert len(crontab.found(stack)) == 2
    assert crontab.remove(stack, "backup-full") == 2
    assert not (spool / "table").exists()
    assert crontab.remove(stack) == 0


def test_a_crontab_that_was_there_is_there_afterwards(stack: Stack, make: Make, spool: Path) -> None:
    """Byte by byte."""
    (spool / "table").write_bytes(THEIRS)
    crontab.install(stack, make(kind=Kind.CRON))
    assert (spool / "table").read_bytes().endswith(THEIRS)
    crontab.remove(stack)
    assert (spool / "table").read_bytes() == THEIRS


def test_a_crontab_that_cannot_be_read_is_not_written_over(stack: Stack, make: Make, spool: Path) -> None:
    """Whatever made `crontab -l` fail."""
    (spool / "bin" / "crontab").write_text(
        "#!/bin/bash\n[[ $1 == -l ]] || touch $SPOOL/written\necho broken >&2; exit 1\n"
    )
    with pytest.raises(Failure, match="broken"):
        crontab.install(stack, make(kind=Kind.CRON))
    assert not (spool / "written").exists()


def test_ten_changes_at_once_lose_no_line(stack: Stack, make: Make, spool: Path) -> None:
    """Two stacks, two shells: the table is read and written by one at a time."""
    assert spool.exists()
    with ThreadPoolExecutor(10) as pool:
        made = [make(name=f"backup-{number}", kind=Kind.CRON) for number in range(10)]
        list(pool.map(lambda each: crontab.install(stack, each), made))
    assert len(crontab.found(stack)) == 20


def test_a_crontab_that_refuses_is_told(stack: Stack, make: Make, spool: Path) -> None:
    """With its own words."""
    (spool / "bin" / "crontab").write_text(
        "#!/bin/bash\n[[ $1 == -l ]] || { echo 'bad minute' >&2; exit 1; }\n"
    )
    with pytest.raises(Failure, match="bad minute"):
        crontab.install(stack, make(kind=Kind.CRON))
