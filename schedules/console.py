"""The bodies of the tasks: what a person sees of schedules."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from operation import audit
from operation.failure import Failure
from operation.stack import Stack, stack_named
from schedules import installation, listing, plan, store
from schedules.clock import now
from schedules.fire import fire as fire_run
from schedules.foreground import Scheduler
from schedules.foreground import run as run_scheduler
from schedules.host import Host, chosen, host, is_root
from schedules.record import Outcome
from schedules.schedule import Kind


def backups(
    stack_name: str,
    times: tuple[str, str, str],
    kind: str,
    jitter: int,
    *,
    as_json: bool,
    dry_run: bool,
    verify: bool = True,
) -> None:
    """Makes the schedules of backups what was asked for; those of other types go."""
    stack = stack_named(stack_name)
    wanted = plan.backups(*times, jitter, verify=verify)
    dropped = plan.unwanted(store.schedules(stack), wanted)
    _make(stack, wanted, dropped, kind, as_json=as_json, dry_run=dry_run)


def drill(
    stack_name: str, runbook: str, cron: str, kind: str, jitter: int, *, as_json: bool, dry_run: bool
) -> None:
    """Makes the schedule of one runbook."""
    stack = stack_named(stack_name)
    wanted = [plan.drill(stack, runbook, cron, jitter)]
    _make(stack, wanted, [], kind, as_json=as_json, dry_run=dry_run)


def certificates(stack_name: str, cron: str, kind: str, jitter: int, *, as_json: bool, dry_run: bool) -> None:
    """Makes the schedule of renewals."""
    wanted = [plan.certificates(cron, jitter)]
    _make(stack_named(stack_name), wanted, [], kind, as_json=as_json, dry_run=dry_run)


def remove(stack_name: str, name: str = "", prefix: str = "", *, dry_run: bool) -> None:
    """Removes one schedule, or all whose names begin so.

    Raises:
        Failure: when there is no schedule of that name.
    """
    stack = stack_named(stack_name)
    names = [store.named(stack, name).name] if name else _names(stack, prefix)
    if not dry_run and names:
        with _audited(stack, f"schedule.remove {' '.join(names)}"):
            installation.uninstall(stack, names)
    for each in names:
        _print(f"{each}: {'would be removed' if dry_run else 'removed'}")
    if not names:
        _print(f"stack {stack.name} has no such schedule")


def show(stack_name: str, *, as_json: bool) -> None:
    """Prints all schedules: when, by what, last and next run, and what is wrong.

    Raises:
        Failure: when something is wrong, after everything was printed.
    """
    stack = stack_named(stack_name)
    rows = listing.look(stack)
    if as_json:
        _print(json.dumps([asdict(each) for each in rows], indent=1))
    wrong = listing.wrong(rows)
    details = [line for each in rows for line in listing.told(each)]
    for line in [] if as_json else [*(f"✗ {each}" for each in wrong), *details]:
        _print(line)
    if not rows and not as_json:
        _print(f"stack {stack.name} has no schedule: {listing.NONE}")
    if wrong:
        raise Failure(f"{len(wrong)} thing(s) wrong with schedules of stack {stack.name}; see above.")


def fire(stack_name: str, name: str, *, if_due: bool) -> None:
    """Runs a schedule's job, with everything it says in a log; silent when all is well and nobody looks.

    Raises:
        Failure: when the job failed; with its exit status.
    """
    stack = stack_named(stack_name)
    run = fire_run(stack, name, if_due=if_due)
    if run is None:
        if sys.stdout.isatty():
            _print(f"{name}: nothing is due")
        return
    if run.outcome is not Outcome.SUCCEEDED:
        raise Failure(
            f"{name}: {run.outcome} after {run.seconds} s: {run.detail}",
            "what should have been done by itself was not done.",
            f"read {run.log}; then `invoke schedule.fire {name}`.",
            exit_code=run.exit_status or 1,
        )
    if sys.stdout.isatty():
        _print(f"{name}: succeeded in {run.seconds} s; log: {run.log}")


def run(stack_name: str) -> None:
    """Runs the foreground scheduler."""
    run_scheduler(Scheduler(stack_named(stack_name), _say))


def _make(
    stack: Stack, wanted: list[plan.Wanted], dropped: list[str], kind: str, *, as_json: bool, dry_run: bool
) -> None:
    facts = host()
    by, at = chosen(kind, facts, only_shown=dry_run), now()
    if dry_run:
        for each in wanted:
            _print(installation.shown(stack, installation.planned(stack, each, by, at)))
        for name in dropped:
            _print(f"{name}: would be removed")
        return
    with _audited(
        stack,
        f"{wanted[0].job[0].partition('.')[0]}.schedule " + ", ".join(f"{each.cron!r}" for each in wanted),
    ):
        made = {each.name for each in installation.install(stack, wanted, by, dropped, at)}
    rows = [each for each in listing.look(stack) if each.name in made]
    if as_json:
        _print(json.dumps([asdict(each) for each in rows], indent=1))
        return
    details = [line for each in rows for line in listing.told(each)]
    for line in [*details, *(f"{name}: removed" for name in dropped), *_hints(stack, by, facts)]:
        _print(line)


def _hints(stack: Stack, kind: Kind, facts: Host) -> list[str]:
    """What starts the runs, and what is still to be done for that."""
    if kind is Kind.SYSTEMD:
        return [f"systemd of this {'host' if is_root() else 'account'} starts them"]
    if kind is Kind.CRON:
        return [
            "cron starts them" if facts.daemon else "! no cron daemon runs: nothing is started until one does"
        ]
    found = "" if facts.systemd or facts.daemon else "neither systemd nor cron runs here: "
    command = f"./ops schedule.run --stack {stack.name}"
    return [f"! {found}they are started while `{command}` runs; start it, and keep it running"]


def _names(stack: Stack, prefix: str) -> list[str]:
    return [each.name for each in store.schedules(stack) if each.name.startswith(prefix)]


@contextmanager
def _audited(stack: Stack, what: str) -> Iterator[None]:
    """An audit line, without the stack's lock: schedules may be changed while a backup runs."""
    at, started, how, detail = audit.now(), time.monotonic(), "failed", ""
    try:
        yield
        how = "succeeded"
    except Failure as failure:
        detail = failure.what
        raise
    finally:
        seconds = round(time.monotonic() - started, 3)
        entry = audit.Entry(at=at, who=audit.actor(), what=what, seconds=seconds, outcome=how, detail=detail)
        audit.record(stack, entry)


def _say(sentence: str) -> None:
    print(f"{now().astimezone():%H:%M:%S} {sentence}", flush=True)


def _print(text: str) -> None:
    print(text)
