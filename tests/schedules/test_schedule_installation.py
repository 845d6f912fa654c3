"""Schedules made, moved from one kind to another, shown and removed, on a host of scripts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.stack import Stack
from schedules import crontab, installation, plan, record, store, systemd
from schedules.host import Host, chosen
from schedules.schedule import Kind
from tests.schedules.conftest import ran

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FULL = plan.backups("0 2 * * 0", "", "", 60)

ALL = Host(systemd=True, crontab=True, daemon=True)
CRON = Host(systemd=False, crontab=True, daemon=True)
IDLE = Host(systemd=False, crontab=True, daemon=False)
BARE = Host(systemd=False, crontab=False, daemon=False)


@pytest.mark.parametrize(
    ("host", "kind"),
    [(ALL, Kind.SYSTEMD), (CRON, Kind.CRON), (IDLE, Kind.FOREGROUND), (BARE, Kind.FOREGROUND)],
)
def test_auto_takes_the_first_that_works(host: Host, kind: Kind) -> None:
    """A crontab that no daemon reads does not count."""
    assert chosen("auto", host) is kind


@pytest.mark.parametrize(("host", "kind"), [(CRON, "systemd"), (BARE, "cron"), (ALL, "at")])
def test_a_kind_that_the_host_has_not_is_refused(host: Host, kind: str) -> None:
    """With exit status 2; to look at its lines is allowed."""
    with pytest.raises(Failure) as caught:
        chosen(kind, host)
    assert caught.value.exit_code == 2
    if kind != "at":
        assert chosen(kind, host, only_shown=True) == kind


def test_timers_are_written_started_and_removed(stack: Stack, spool: Path) -> None:
    """Both units, readable by all; afterwards nothing is left, and others' units are as they were."""
    other = spool / "units" / "bem-other.timer"
    other.write_text("# bem-operations checkout=0 stack=try schedule=backup-full\n")
    installation.install(stack, FULL, Kind.SYSTEMD, [], NOW)
    made = systemd.found(stack)
    assert [path.suffix for path in made] == [".service", ".timer"]
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in made)
    timer = made[1].name
    asked = (spool / "asked").read_text()
    assert f"--no-pager enable {timer}\n--no-pager restart {timer}\n" in asked
    installation.uninstall(stack, ["backup-full"])
    assert f"--no-pager disable --now {timer}\n" in (spool / "asked").read_text()
    assert list((spool / "units").iterdir()) == [other]
    assert store.schedules(stack) == []


def test_a_timer_that_systemd_refuses_leaves_no_units(stack: Stack, spool: Path) -> None:
    """Its own words are told."""
    (spool / "refuse").write_text("enable")
    with pytest.raises(Failure, match="masked"):
        installation.install(stack, FULL, Kind.SYSTEMD, [], NOW)
    assert list((spool / "units").iterdir()) == []


def test_a_schedule_moves_from_one_kind_to_the_next(stack: Stack, spool: Path) -> None:
    """It never stands in two places."""
    assert spool.exists()
    for kind in (Kind.SYSTEMD, Kind.CRON, Kind.FOREGROUND, Kind.CRON, Kind.SYSTEMD):
        installation.install(stack, FULL, kind, [], NOW)
        assert bool(systemd.found(stack)) is (kind is Kind.SYSTEMD)
        assert bool(crontab.found(stack)) is (kind is Kind.CRON)
        assert [each.kind for each in store.schedules(stack)] == [kind]


def test_a_path_that_no_unit_can_hold_touches_nothing(tmp_path: Path, spool: Path) -> None:
    """Also not the schedules that were there."""
    assert spool.exists()
    stack = Stack("try", tmp_path / "it's")
    installation.install(stack, FULL, Kind.FOREGROUND, [], NOW)
    with pytest.raises(Failure, match="no unit can hold"):
        installation.install(stack, plan.backups("", "", "0 1 * * *", 0), Kind.SYSTEMD, ["backup-full"], NOW)
    assert [each.kind for each in store.schedules(stack)] == [Kind.FOREGROUND]


def test_the_same_again_keeps_the_age_and_a_change_begins_anew(stack: Stack, spool: Path) -> None:
    """What a schedule has missed is not forgotten by typing the command once more."""
    assert spool.exists()
    later = NOW + timedelta(days=9)
    installation.install(stack, FULL, Kind.CRON, [], NOW)
    record.keep(stack, "backup-full", ran(NOW))
    assert installation.install(stack, FULL, Kind.CRON, [], later)[0].since == NOW
    changed = plan.backups("0 3 * * 0", "", "", 60)
    assert installation.install(stack, changed, Kind.CRON, [], later)[0].since == later
    assert record.last(stack, "backup-full") == ran(NOW)
    assert len(crontab.found(stack)) == 2


def test_a_new_plan_for_backups_drops_what_it_does_not_name(stack: Stack, spool: Path) -> None:
    """Drills stay."""
    assert spool.exists()
    drill = plan.Wanted("drill-lost", ("drill", "lost"), "0 3 * * 1", 0)
    installation.install(stack, [*plan.backups("", "", "", 0), drill], Kind.CRON, [], NOW)
    assert [each.name for each in store.schedules(stack)] == ["backup-full", "backup-incr", "drill-lost"]
    wanted = plan.backups("", "0 2 * * *", "", 0)
    dropped = plan.unwanted(store.schedules(stack), wanted)
    assert dropped == ["backup-full", "backup-incr"]
    installation.install(stack, wanted, Kind.CRON, dropped, NOW)
    assert [each.name for each in store.schedules(stack)] == ["backup-diff", "drill-lost"]
    assert len(crontab.found(stack)) == 4


def test_everything_of_a_stack_goes_also_what_no_file_tells_of(stack: Stack, spool: Path) -> None:
    """The folder was removed by hand; `down --destroy-data` finds units and lines by their marks."""
    other = Stack("other", stack.root)
    for each in (stack, other):
        installation.install(each, FULL, Kind.CRON, [], NOW)
    installation.install(stack, plan.backups("", "", "0 1 * * *", 0), Kind.SYSTEMD, [], NOW)
    for path in (stack.folder / "schedules").glob("*.json"):
        path.unlink()
    assert installation.uninstall_all(stack) == 4
    assert installation.uninstall_all(stack) == 0
    assert list((spool / "units").iterdir()) == []
    assert len(crontab.found(other)) == 2


def test_the_default_plan_and_what_is_refused(stack: Stack) -> None:
    """Full on Sundays, incremental on the other days; jitter within a day; a runbook that exists."""
    assert [(each.name, each.cron) for each in plan.backups("", "", "", 0)] == [
        ("backup-full", "0 2 * * 0"),
        ("backup-incr", "0 2 * * 1-6"),
    ]
    with pytest.raises(Failure, match="out of range"):
        plan.backups("", "", "", 86401)
    with pytest.raises(Failure):
        plan.drill(stack, "no-such-runbook", "", 0)


def test_a_drill_runs_as_often_as_its_runbook_says(stack: Stack) -> None:
    """Unless told otherwise."""
    book = Path(__file__).parents[2] / "runbooks" / "database-volume-lost.md"
    (stack.root / "runbooks").mkdir()
    for word, cron in plan.OFTEN.items():
        text = book.read_text().replace("schedule: weekly", f"schedule: {word}")
        (stack.root / "runbooks" / book.name).write_text(text)
        wanted = plan.drill(stack, "database-volume-lost", "", 0)
        assert (wanted.cron, wanted.job) == (cron, ("drill", "database-volume-lost"))
    assert plan.drill(stack, "database-volume-lost", "0 4 * * *", 0).cron == "0 4 * * *"


def test_what_is_shown_before_is_what_is_made(stack: Stack, spool: Path) -> None:
    """`--dry-run` prints units and lines, and makes none."""
    for kind in (Kind.SYSTEMD, Kind.CRON, Kind.FOREGROUND):
        shown = installation.shown(stack, installation.planned(stack, FULL[0], kind, NOW))
        assert not list((spool / "units").iterdir())
        assert crontab.found(stack) == []
        installation.install(stack, FULL, kind, [], NOW)
        made = [path.read_text() for path in systemd.found(stack)] + crontab.found(stack)
        assert all(text in shown for text in made)
        installation.uninstall(stack, ["backup-full"])
    assert "schedule.run" in shown
