"""Schedules in the host's hands: made, replaced, removed, and shown before they are made."""

import shutil
from datetime import datetime

from operation.failure import Failure
from operation.stack import Stack
from schedules import cron_table, crontab, host, store, systemd
from schedules.plan import Wanted
from schedules.schedule import Kind, Schedule
from schedules.units import units

BUSY = "the schedules of this stack are being changed."


def install(
    stack: Stack, wanted: list[Wanted], kind: Kind, dropped: list[str], now: datetime
) -> list[Schedule]:
    """Makes the schedules that are wanted, and removes those that no longer are.

    What a schedule says is written before the host hears of it: after a kill in between, `status` says what
    is missing.

    Raises:
        Failure: when the host refuses, or another process changes schedules.
    """
    with store.held(stack, store.EDIT, BUSY):
        made = [_made(stack, each, kind, now) for each in wanted]
        for schedule in made:
            shown(stack, schedule)  # what cannot be written is refused before anything is touched
        for name in dropped:
            _remove(stack, name)
        for schedule in made:
            store.write(stack, schedule)
            _withdraw(stack, schedule.name, but=kind)
            _hand_over(stack, schedule)
    return made


def uninstall(stack: Stack, names: list[str]) -> None:
    """Removes schedules, wherever they are.

    Raises:
        Failure: when the host refuses.
    """
    with store.held(stack, store.EDIT, BUSY):
        for name in names:
            _remove(stack, name)


def uninstall_all(stack: Stack) -> int:
    """Removes all that the stack has on this host, also what no file tells of any more.

    Returns:
        how many units and lines there were.
    """
    count = systemd.remove(stack) + (crontab.remove(stack) if shutil.which("crontab") else 0)
    shutil.rmtree(stack.folder / "schedules", ignore_errors=True)
    return count


def shown(stack: Stack, schedule: Schedule) -> str:
    """The units or lines that `install` would make."""
    if schedule.kind is Kind.SYSTEMD:
        texts = units(stack, schedule, system=host.is_root())
        return "\n".join(f"== {systemd.folder() / name}\n{text}" for name, text in texts.items())
    if schedule.kind is Kind.CRON:
        return "== crontab\n" + "\n".join(cron_table.lines(stack, schedule)) + "\n"
    return f"== `invoke schedule.run --stack {stack.name}` starts at `{schedule.cron}`:\n{schedule.typed()}\n"


def planned(stack: Stack, wanted: Wanted, kind: Kind, now: datetime) -> Schedule:
    """The schedule as it would be made."""
    return _made(stack, wanted, kind, now)


def _made(stack: Stack, wanted: Wanted, kind: Kind, now: datetime) -> Schedule:
    """A schedule that says what it said before keeps its age, and so what it has missed."""
    fresh = Schedule(
        name=wanted.name, job=wanted.job, cron=wanted.cron, jitter=wanted.jitter, kind=kind, since=now
    )
    try:
        before = store.named(stack, wanted.name)
    except Failure:
        return fresh
    return before if before.same_as(fresh) else fresh


def _remove(stack: Stack, name: str) -> None:
    _withdraw(stack, name)
    store.drop(stack, name)


def _withdraw(stack: Stack, name: str, but: Kind | None = None) -> None:
    if but is not Kind.SYSTEMD:
        systemd.remove(stack, name)
    if but is not Kind.CRON and shutil.which("crontab"):
        crontab.remove(stack, name)


def _hand_over(stack: Stack, schedule: Schedule) -> None:
    if schedule.kind is Kind.SYSTEMD:
        systemd.install(stack, schedule)
    elif schedule.kind is Kind.CRON:
        crontab.install(stack, schedule)
