"""All schedules of a stack, for `schedule.list` and for `status`."""

import shutil
from datetime import datetime

from operation.failure import Failure
from operation.stack import Stack
from schedules import cron_table, crontab, store, systemd
from schedules.clock import now as real_now
from schedules.host import daemon_runs
from schedules.row import Row, Seen, row
from schedules.schedule import Kind, Schedule

NONE = "nothing backs the database up by itself: `invoke backup.schedule`."


def look(stack: Stack, now: datetime | None = None) -> list[Row]:
    """A row for each schedule.

    Raises:
        Failure: when a schedule's file was damaged.
    """
    schedules = store.schedules(stack)
    seen = {name: view for kind in Kind for name, view in _seen(stack, kind, schedules).items()}
    return [row(stack, each, seen[each.name], now or real_now()) for each in schedules]


def lines(rows: list[Row]) -> list[str]:
    """A line for each schedule."""
    return [f"{each.name}: {_last(each)}; {_next(each)}" for each in rows]


def wrong(rows: list[Row]) -> list[str]:
    """What is wrong with them, the same sentence once."""
    return list(dict.fromkeys(sentence for each in rows for sentence in each.wrong))


def told(each: Row) -> list[str]:
    """One schedule in full, for a person who asked for schedules."""
    late = f", at most {each.jitter_seconds} s later" if each.jitter_seconds else ""
    return [
        f"{each.name}: `{each.job}` at `{each.cron}`{late}",
        f"  {_last(each)}; {_next(each)}",
    ]


def _last(each: Row) -> str:
    if each.last_started is None:
        return "has not run yet"
    took = f" in {each.last_seconds:.0f} s" if each.last_seconds is not None else ""
    return f"last {_short(each.last_started)} {each.last_outcome}{took}"


def _next(each: Row) -> str:
    return f"next {_short(each.next)} by {each.kind}" if each.next else f"no next run by {each.kind}"


def _short(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%a %Y-%m-%d %H:%M")


def _seen(stack: Stack, kind: Kind, schedules: list[Schedule]) -> dict[str, Seen]:
    mine = [each for each in schedules if each.kind is kind]
    names = [each.name for each in mine]
    if not mine:
        return {}
    if kind is Kind.SYSTEMD:
        return _by_systemd(stack, mine)
    if kind is Kind.CRON:
        return dict.fromkeys(names, Seen()) | _by_cron(stack, mine)
    return dict.fromkeys(names, Seen(_no_runner(stack), everywhere=True))


def _by_systemd(stack: Stack, schedules: list[Schedule]) -> dict[str, Seen]:
    said = systemd.asked(stack, [each.name for each in schedules])
    found = {}
    for each in schedules:
        name, timer = each.name, said.get(each.name)
        if timer is None or not timer.active:
            found[name] = Seen(f"its systemd timer does not run: {_anew(name)}.")
        elif not systemd.intact(stack, each):
            found[name] = Seen(f"its systemd units are not as they were made: {_anew(name)}.")
        elif not systemd.lingers():
            found[name] = Seen(
                "they run only while you are logged in: `loginctl enable-linger`.", everywhere=True
            )
        else:
            found[name] = Seen(following=timer.following)
    return found


def _by_cron(stack: Stack, schedules: list[Schedule]) -> dict[str, Seen]:
    names = [each.name for each in schedules]
    try:
        table = crontab.found(stack) if shutil.which("crontab") else []
    except Failure as failure:
        return dict.fromkeys(names, Seen(failure.what, everywhere=True))
    if not daemon_runs():
        said = "no cron daemon runs: start it, or choose another --kind."
        return dict.fromkeys(names, Seen(said, everywhere=True))
    missing = [each for each in schedules if not set(cron_table.lines(stack, each)) <= set(table)]
    return {
        each.name: Seen(f"its lines are not in the crontab as they were made: {_anew(each.name)}.")
        for each in missing
    }


def _no_runner(stack: Stack) -> str:
    if store.is_held(stack, store.RUNNER):
        return ""
    return f"no scheduler runs: start `invoke schedule.run --stack {stack.name}`, and keep it running."


def _anew(name: str) -> str:
    kind, _, runbook = name.partition("-")
    tasks = {"drill": f"drill.schedule {runbook}", "certs": "certs.schedule"}
    return f"`invoke {tasks.get(kind, 'backup.schedule')}`"
