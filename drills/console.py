"""A drill as it is started from the command line."""

import json
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from drills import evidence, report
from drills.announcement import try_to_announce
from drills.document import FOLDER, Runbook, checked, named, names
from drills.endpoint import endpoint_of
from drills.evidence import DESTROY, Evidence, Journal, State
from drills.orphans import end_orphans, marked
from drills.publication import try_to_publish
from drills.runner import Drill, Means
from drills.seal import sealed, try_to_seal
from drills.step import recorded
from drills.turn import KILLED, alone, settled
from drills.versions import versions
from drills.witness import Witness
from operation import audit, deployment
from operation.consent import ask
from operation.failure import Failure
from operation.progress import Progress, progress_of
from operation.reporting import INTERRUPTED
from operation.stack import Stack, stack_named

OUTCOMES = {State.PASSED: "succeeded", State.INTERRUPTED: "interrupted"}


def run(name: str, stack_name: str, *, yes: bool, as_json: bool, keep: bool, dry_run: bool) -> None:
    """Checks the runbook, drills it on a twin, and prints what came out.

    Raises:
        Failure: when the runbook is refused, another drill is under way, or an objective is not met.
    """
    stack = stack_named(stack_name)
    runbook = named(name, _runbooks(stack))
    if dry_run:
        _print(json.dumps(_planned(runbook), indent=1) if as_json else report.plan(runbook, stack.name))
        return
    if sys.stdin.isatty() and not as_json:  # the question would stand in the JSON
        ask(f"Break and repair a twin of stack {stack.name}? It stays as it is.", yes=yes)
    progress = progress_of(stack, f"drill-{name}", quiet=as_json)
    means = real_means()
    with alone(stack):
        close_abandoned(stack, means, progress)
        done = drilled(runbook, stack, means, progress, keep=keep)
    signed = sealed(stack, done)
    _print(json.dumps(report.content(done, signed), indent=1) if as_json else report.result(done, signed))
    _judge(done)


def listing(stack_name: str, *, as_json: bool) -> None:
    """Prints all runbooks with the result of their last drill."""
    stack = stack_named(stack_name)
    rows = []
    for name in names(_runbooks(stack)):
        runbook, fault = checked(name, _runbooks(stack))
        rows.append(report.Row(name, runbook, fault, _last(stack, name)))
    _print(json.dumps([row.content for row in rows], indent=1) if as_json else report.listing(rows))


def real_means() -> Means:
    """A twin restored from the real backups, and a witness at its load balancer."""
    from drills import twin  # noqa: PLC0415

    def witness(stack: Stack, ledger: Path, run: str) -> Witness:
        return Witness(endpoint_of(stack), ledger, run)

    return Means(twin.named, twin.make, twin.destroy, witness, deployment.environment, versions)


def drilled(runbook: Runbook, stack: Stack, means: Means, progress: Progress, *, keep: bool) -> Evidence:
    """Runs one drill; however it ends, production's audit log gets its line."""
    journal = Journal(
        runbook=runbook.name,
        title=runbook.title,
        runbook_sha256=runbook.sha256,
        stack=stack.name,
        who=audit.actor(),
        started_at=datetime.now(UTC),
        rto_objective=runbook.objectives.rto,
        rpo_objective=runbook.objectives.rpo,
    )
    begun = evidence.begin(stack, journal)
    try:
        with marked(begun.folder):
            Drill(runbook, stack, begun, means, progress, keep=keep).run()
    finally:
        try_to_seal(stack, begun, progress)
        _audit(stack, journal, journal.ended_at or datetime.now(UTC))
        try_to_publish(stack, begun, progress)
        try_to_announce(stack, progress)
    return begun


def close_abandoned(stack: Stack, means: Means, progress: Progress) -> None:
    """Removes the twins that earlier drills left, and closes the journals of those that were killed.

    Nobody else can be at it: the caller holds the lock of the stack's drills. What a killed drill left
    running is ended first, and its audit line is written. A twin that does not go is told, and tried again
    by the next drill.
    """
    for left in evidence.past(stack):
        killed = left.journal.state is State.RUNNING
        if killed:
            _close_killed(stack, left)
        if left.journal.left_behind:
            _remove_left(stack, left, means, progress)
        elif not killed:
            continue
        try_to_seal(stack, left, progress)
        try_to_publish(stack, left, progress)


def _close_killed(stack: Stack, left: Evidence) -> None:
    last_sign = datetime.fromtimestamp(left.path.stat().st_mtime, UTC)
    end_orphans(left.folder)
    left.journal.state, left.journal.verdict = State.INTERRUPTED, [KILLED]
    left.save()
    _audit(stack, left.journal, last_sign)


def _remove_left(stack: Stack, left: Evidence, means: Means, progress: Progress) -> None:
    twin = left.journal.twin
    try:
        with recorded(left, progress, "cleanup", DESTROY):
            means.destroy(Stack(twin, stack.root), progress)
    except Failure as failure:
        progress.say(f"! the twin {twin} of an earlier drill is still there: {failure}")


def _last(stack: Stack, name: str) -> Evidence | None:
    """The newest drill."""
    newest = settled(stack, islice(evidence.past(stack, name), 1))
    return newest[0] if newest else None


def _runbooks(stack: Stack) -> Path:
    return stack.root / FOLDER.name


def _judge(done: Evidence) -> None:
    journal = done.journal
    if journal.state is State.PASSED:
        return
    remedy = f"read {done.report if done.report.exists() else done.path}."
    if journal.state is State.INTERRUPTED:
        raise Failure(f"the drill {journal.runbook} was interrupted.", "", remedy, exit_code=INTERRUPTED)
    meaning = "in a real disaster this runbook would not do what it promises."
    if journal.fault_at is None:
        meaning = "nothing was broken, so nobody knows yet whether this runbook works."
    raise Failure(f"the drill {journal.runbook} failed.", meaning, remedy)


def _audit(stack: Stack, journal: Journal, ended: datetime) -> None:
    audit.record(
        stack,
        audit.Entry(
            at=journal.started_at,
            who=journal.who,
            what=f"drill {journal.runbook}",
            seconds=round((ended - journal.started_at).total_seconds(), 3),
            outcome=OUTCOMES.get(journal.state, "failed"),
            detail=next(iter(journal.verdict), "").partition("\n")[0],
        ),
    )


def _planned(runbook: Runbook) -> dict[str, object]:
    return {
        "runbook": runbook.name,
        "objectives": runbook.objectives.model_dump(),
        "cells": [
            {"phase": phase, "name": cell.name, "argv": cell.argv, "exit": cell.exit,
             "contains": cell.contains, "timeout": cell.timeout, "line": cell.line}
            for phase, cells in runbook.phases.items()
            for cell in cells
        ],
    }  # fmt: skip


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
