"""What a person sees of backups and restores."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from backups import lineage
from backups.backup import take as take_backup
from backups.catalog import Catalog, read_catalog
from backups.engine import REPOSITORIES, backup_command, repositories
from backups.plan import Plan, Target
from backups.restore import Restored, preflight, settle
from backups.restore import restore as run_restore
from backups.undo import forget as run_forget
from backups.undo import previous
from backups.undo import undo as run_undo
from backups.verify import verify as run_verify
from operation.consent import ask
from operation.containers import container
from operation.failure import Failure
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named

GIBIBYTE = 1024**3
MEBIBYTE = 1024**2


def take(name: str, kind: str, repo: str, *, as_json: bool, dry_run: bool) -> None:
    """Takes backups and prints their labels."""
    stack = stack_named(name)
    numbers = repositories(repo)
    commands = [backup_command(stack.settings.backups.stanza, number, kind) for number in numbers]
    if dry_run:
        for command in commands:
            _print(" ".join(command))
        return
    progress = progress_of(stack, "backup", quiet=as_json)
    with mutation(stack, f"backup --type {kind}") as outcome:
        settle(stack, progress)
        taken = take_backup(stack, kind, numbers, progress)
        outcome.detail = ", ".join(f"{each.repository}: {each.label}" for each in taken)
    if as_json:
        _print(json.dumps([asdict(each) for each in taken], indent=1))
    for each in [] if as_json else taken:
        _print(f"{each.repository}: {each.label} ({each.kind}, {each.seconds} s)")


def listing(name: str, *, as_json: bool) -> None:
    """Prints restore points and reaches."""
    stack = stack_named(name)
    catalog = read_catalog(
        container(stack, "database"), stack.settings.backups.stanza, lineage.recorded(stack)
    )
    if as_json:
        _print(json.dumps(content(catalog), indent=1))
        return
    _table(stack, catalog)


def content(catalog: Catalog) -> dict[str, Any]:
    """The catalogue as JSON: times ISO 8601 in UTC, sizes in bytes."""
    return {
        "backups": [
            {
                **asdict(each),
                "repository": REPOSITORIES[each.repository],
                "started": each.started.isoformat(),
                "stopped": each.stopped.isoformat(),
            }
            for each in catalog.backups
        ],
        "reach": {
            REPOSITORIES[number]: {
                "timeline": reach.timeline,
                "segment": reach.segment,
                "until": reach.until.isoformat() if reach.until else None,
            }
            for number, reach in catalog.reaches.items()
        },
        "timeline": catalog.timeline,
        "silent": {REPOSITORIES[number]: words for number, words in catalog.silent.items()},
    }


def verify(name: str, repo: str, *, as_json: bool) -> None:
    """Proves the newest backups and prints the verdicts.

    Raises:
        Failure: when one is not good.
    """
    stack = stack_named(name)
    progress = progress_of(stack, "backup.verify", quiet=as_json)
    with mutation(stack, "backup.verify"):
        settle(stack, progress)
        proofs = [run_verify(stack, number, progress) for number in repositories(repo)]
    if as_json:
        _print(json.dumps([{**asdict(each), "good": each.good} for each in proofs], indent=1, default=str))
    for proof in [] if as_json else proofs:
        verdict = "good" if proof.good else "NOT GOOD: " + "; ".join(proof.problems)
        rows = sum(proof.rows.values())
        _print(
            f"{proof.repository}: {proof.label} {verdict}; {rows} rows in {len(proof.rows)} tables, "
            f"to {proof.recovered_to}, {proof.seconds} s"
        )
    if not all(proof.good for proof in proofs):
        raise Failure(
            "a backup is not good.", "it must not be relied on.", "`invoke backup --type full`, then verify."
        )


def restore(name: str, target: Target, repo: str, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Pre-flight, question, restore, and a backup of what came out."""
    stack = stack_named(name)
    number = repositories(repo)[0] if repo else 0
    progress = progress_of(stack, "restore", quiet=as_json)
    with mutation(stack, f"restore {_words(target)}") as outcome:
        settle(stack, progress)
        fresh = Stack(stack.name, stack.root)
        catalog, options = preflight(fresh, target, number, progress)
        _room(fresh, options[0])
        for line in _forecast(options[0], catalog):
            print(line, file=sys.stderr)
        if dry_run:
            outcome.outcome = "unchanged"
            return
        ask(f"Restore the database of stack {stack.name} so?", yes=yes)
        restored = run_restore(fresh, catalog, options, progress)
        outcome.detail = f"generation {restored.generation}, timeline {restored.timeline}"
        _after(fresh, progress)
    _tell(stack, restored, as_json=as_json)


def undo(name: str, *, yes: bool, as_json: bool) -> None:
    """Goes back to the earlier volume."""
    stack = stack_named(name)
    progress = progress_of(stack, "restore.undo", quiet=as_json)
    with mutation(stack, "restore.undo") as outcome:
        settle(stack, progress)
        fresh = Stack(stack.name, stack.root)
        generation = previous(fresh)
        ask(
            f"Go back to generation {generation}? What was written since stays in the other volume.",
            yes=yes,
        )
        restored = run_undo(fresh, progress)
        outcome.detail = f"generation {restored.generation}, timeline {restored.timeline}"
        _after(fresh, progress)
    _tell(stack, restored, as_json=as_json)


def forget(name: str, generation: int, *, yes: bool) -> None:
    """Removes an earlier volume."""
    stack = stack_named(name)
    progress = progress_of(stack, "restore.forget")
    with mutation(stack, f"restore.forget {generation}"):
        settle(stack, progress)
        ask(f"Remove generation {generation} of stack {stack.name} for good?", yes=yes)
        run_forget(Stack(stack.name, stack.root), generation, progress)
    _print(f"generation {generation} is gone")


def _after(stack: Stack, progress: Progress) -> None:
    """A backup at once: recovery along the new timeline then starts on it."""
    try:
        take_backup(Stack(stack.name, stack.root), "incr", list(REPOSITORIES), progress)
    except Failure as failure:
        progress.say(f"! the database is restored and serves, but: {failure}")


def _room(stack: Stack, plan: Plan) -> None:
    """Refuses when the volumes' file system has no room for a second copy.

    Raises:
        Failure: with both figures.
    """
    target = container_or_none(stack)
    if target is None:
        return
    output = target.exec_run(["df", "--output=avail", "-B1", "/cluster"]).output.decode().split()
    free, needed = int(output[-1]), int(plan.backup.database_bytes * 1.2) + GIBIBYTE
    if free < needed:
        raise Failure(
            f"a second copy needs {needed / GIBIBYTE:.1f} GiB, and {free / GIBIBYTE:.1f} GiB are free.",
            "nothing was changed.",
            "free space, or `invoke restore.forget` an old generation.",
        )


def container_or_none(stack: Stack) -> Any:
    """The database's container, or None."""
    try:
        return container(stack, "database")
    except Failure:
        return None


def _forecast(plan: Plan, catalog: Catalog) -> list[str]:
    backup = plan.backup
    size = f"{backup.database_bytes / MEBIBYTE:.0f} MiB"
    until = max((reach.until for reach in catalog.reaches.values() if reach.until), default=None)
    lines = [
        f"  from   {backup.label} in {REPOSITORIES[backup.repository]}, {size}, timeline {plan.timeline}",
        f"  to     {'everything there is' if plan.latest else plan.time or 'the end of that backup'}",
    ]
    point = None if plan.latest else plan.time or backup.stopped
    if point and until and until - point > timedelta(0):
        seconds = (datetime.now(UTC) - point).total_seconds()
        lines.append(
            f"  lost   what was written in the last {timedelta(seconds=round(seconds))}; "
            "its volume is kept for `restore.undo`"
        )
    return lines


def _tell(stack: Stack, restored: Restored, *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps(asdict(restored), indent=1, default=str))
        return
    _print(
        f"stack {stack.name} serves generation {restored.generation}, timeline {restored.timeline}; "
        f"newest second in it {restored.facts.heartbeat}; down for {restored.seconds_down} s"
    )
    _print("back again: invoke restore.undo")


def _words(target: Target) -> str:
    return (
        "--latest" if target.latest else f"--backup {target.label}" if target.label else f"--to {target.time}"
    )


def _table(stack: Stack, catalog: Catalog) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=f"restore points of stack {stack.name}", box=None)
    for heading in ("repository", "label", "type", "restorable from (UTC)", "database", "stored", "timeline"):
        table.add_column(heading, no_wrap=True)
    for each in catalog.backups:
        table.add_row(
            REPOSITORIES[each.repository],
            each.label,
            each.kind,
            each.stopped.strftime("%Y-%m-%d %H:%M:%S"),
            f"{each.database_bytes / MEBIBYTE:.0f} MiB",
            f"{each.stored_bytes / MEBIBYTE:.1f} MiB",
            str(each.timeline),
        )
    Console().print(table)
    for number, reach in sorted(catalog.reaches.items()):
        _print(f"{REPOSITORIES[number]}: WAL reaches to {reach.until} (timeline {reach.timeline})")
    for number, words in catalog.silent.items():
        _print(f"{REPOSITORIES[number]}: does not answer: {words}")


def _print(text: str) -> None:
    print(text)
