"""The tasks as a person types them: help, output, exit statuses, audit lines."""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra import take_down
from operation import audit
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, Stack
from schedules import console, crontab, host, installation, plan, record, store
from schedules.clock import now
from schedules.host import Host
from schedules.schedule import Kind
from schedules.tasks import backup, collection, drill
from tests.schedules.conftest import Make

LIGHT = """
import sys
import schedules.tasks
print([name for name in ("pydantic", "cronsim", "zoneinfo", "docker", "psutil") if name in sys.modules])
"""

TASKS = [backup, drill, *collection.tasks.values()]
Ops = Callable[[str], Path]
Say = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_hand(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack of the tests is the one that is named; cron runs this host."""
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    monkeypatch.setattr(console, "host", lambda: Host(systemd=False, crontab=True, daemon=True))
    monkeypatch.setattr("schedules.listing.daemon_runs", lambda: True)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.body.__name__)
def test_every_task_explains_itself(task: Any) -> None:
    """No argument without its help, no task without an example."""
    assert "Example" in (task.body.__doc__ or "")
    assert set(task.help) == set(inspect.signature(task.body).parameters) - {"_context"}


def test_module_is_light() -> None:
    """`invoke --list` does not wait for what a schedule needs."""
    argv = [sys.executable, "-c", LIGHT]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_tasks_stand_where_a_person_looks_for_them() -> None:
    """Under `backup`, `drill` and `schedule`."""
    argv = [sys.executable, "-c", "from tasks import namespace; print(*namespace.task_names)"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {"backup.schedule", "drill.schedule", "schedule.list", "schedule.run", "schedule.fire"}
    assert wanted | {"schedule.remove"} <= set(done.stdout.split())


def test_backups_are_scheduled_with_what_the_host_has(stack: Stack, spool: Path, capsys: Say) -> None:
    """Says times and means, and leaves an audit line."""
    assert spool.exists()
    console.backups("", ("", "", ""), "auto", 600, as_json=False, dry_run=False)
    said = capsys.readouterr().out
    assert "backup-full: `invoke backup --type full --verify` at `0 2 * * 0`, at most 600 s later\n" in said
    assert said.endswith("cron starts them\n")
    assert len(crontab.found(stack)) == 4
    assert [(each.what, each.outcome) for each in audit.entries(stack)] == [
        ("backup.schedule '0 2 * * 0', '0 2 * * 1-6'", "succeeded")
    ]


def test_a_dry_run_changes_nothing(stack: Stack, spool: Path, capsys: Say) -> None:
    """It prints what would be installed, also for a kind that the host has not."""
    for kind, words in (("auto", "== crontab\n0 2 * * 0 "), ("systemd", "OnCalendar=Sun *-*-* 02:00:00")):
        console.backups("", ("", "", ""), kind, 600, as_json=False, dry_run=True)
        assert words in capsys.readouterr().out
    assert not (spool / "table").exists()
    assert store.schedules(stack) == []
    assert audit.entries(stack) == []


@pytest.mark.parametrize(
    ("times", "kind", "jitter"),
    [(("0 2 * *", "", ""), "auto", 0), (("", "", ""), "at", 0), (("", "", ""), "auto", -1)],
)
def test_what_is_refused_changes_nothing(
    stack: Stack, spool: Path, times: tuple[str, str, str], kind: str, jitter: int
) -> None:
    """A time, a kind, a jitter that is none: exit status 2."""
    with pytest.raises(Failure) as caught:
        console.backups("", times, kind, jitter, as_json=False, dry_run=False)
    assert caught.value.exit_code == 2
    assert not (spool / "table").exists()
    assert store.schedules(stack) == []


def test_json_holds_what_was_made(spool: Path, capsys: Say) -> None:
    """As `schedule.list --json` shows it."""
    assert spool.exists()
    console.backups("", ("0 5 * * *", "", ""), "cron", 0, as_json=True, dry_run=False)
    made = json.loads(capsys.readouterr().out)
    console.show("", as_json=True)
    assert json.loads(capsys.readouterr().out) == made
    assert [(each["name"], each["kind"], each["cron"]) for each in made] == [
        ("backup-full", "cron", "0 5 * * *")
    ]
    assert made[0]["next"] is not None


def test_a_list_with_something_wrong_fails_after_it_was_printed(
    stack: Stack, make: Make, capsys: Say
) -> None:
    """The wrong first, the same sentence once."""
    for name in ("backup-full", "backup-incr"):
        store.write(stack, make(name=name, since=now()))
    with pytest.raises(Failure, match="1 thing"):
        console.show("", as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✗ schedules: no scheduler runs")
    assert len(lines) == 5


def test_an_empty_list_says_what_to_type(capsys: Say) -> None:
    """Nothing is wrong with it, though."""
    console.show("", as_json=False)
    assert "`invoke backup.schedule`" in capsys.readouterr().out


def test_schedules_of_backups_go_together_and_drills_stay(stack: Stack, spool: Path, capsys: Say) -> None:
    """`backup.schedule --remove`; a dry run only says so."""
    wanted = [*plan.backups("", "", "", 0), plan.Wanted("drill-lost", ("drill", "lost"), "0 3 * * 1", 0)]
    installation.install(stack, wanted, Kind.CRON, [], now())
    table = (spool / "table").read_bytes()
    console.remove("", prefix="backup-", dry_run=True)
    assert (spool / "table").read_bytes() == table
    console.remove("", prefix="backup-", dry_run=False)
    assert [each.name for each in store.schedules(stack)] == ["drill-lost"]
    assert "backup-full: removed\nbackup-incr: removed\n" in capsys.readouterr().out
    console.remove("", "drill-lost", dry_run=False)
    assert not (spool / "table").exists()
    with pytest.raises(Failure, match="has no schedule"):
        console.remove("", "drill-lost", dry_run=False)


def test_a_failed_job_gives_its_exit_status_and_what_to_do(stack: Stack, make: Make, ops: Ops) -> None:
    """A timer's unit fails with it."""
    ops("echo '✗ no room.'; exit 4")
    store.write(stack, make())
    with pytest.raises(Failure, match=r"no room\.") as caught:
        console.fire("", "backup-full", if_due=False)
    assert caught.value.exit_code == 4
    assert "invoke schedule.fire backup-full" in caught.value.remedy


def test_a_good_job_is_silent_where_nobody_looks(stack: Stack, make: Make, ops: Ops, capsys: Say) -> None:
    """Cron sends a letter for every word."""
    ops("echo many words")
    store.write(stack, make())
    console.fire("", "backup-full", if_due=False)
    console.fire("", "backup-full", if_due=True)
    assert capsys.readouterr().out == ""
    assert record.last(stack, "backup-full") is not None


def test_a_stack_that_is_destroyed_takes_its_schedules_along(
    stack: Stack, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`down --destroy-data`; other stacks' lines stay."""
    assert spool.exists()
    other = Stack("other", stack.root)
    for each in (stack, other):
        installation.install(each, plan.backups("", "", "", 0), Kind.CRON, [], now())
    monkeypatch.setattr(host, "is_root", lambda: True)
    monkeypatch.setattr(take_down, "client", _Nothing)
    monkeypatch.setattr("backups.scratch.remove_scratches", lambda *_: None)
    take_down._destroy(stack, Progress(quiet=True))  # noqa: SLF001
    assert crontab.found(stack) == []
    assert store.schedules(stack) == []
    assert len(crontab.found(other)) == 4


class _Nothing:
    """An engine without volumes and images."""

    def __init__(self) -> None:
        self.volumes = self.images = self

    def list(self, **_: object) -> list[object]:
        """Nothing."""
        return []
