"""What a person sees of deploy, scale and restart."""

import json

from operation.failure import refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import Stack
from rollout import roll as rolling
from rollout.restart import MOST
from rollout.restart import restart as restarted
from rollout.restart import scale as scaled
from rollout.subject import chosen


def deploy(stack: Stack, service: str, image: str, *, force: bool, dry_run: bool, as_json: bool) -> None:
    """Rolls services out and says what changed.

    Raises:
        Failure: when a step was not good.
    """
    what = chosen(stack, service, image)
    progress = progress_of(stack, "deploy", quiet=as_json)
    if dry_run:
        touched = rolling.foreseen(stack, what, progress)
        content = {"stack": stack.name, "would_change": touched}
        print(json.dumps(content) if as_json else f"would change: {', '.join(touched) or 'nothing'}")
        return
    with mutation(stack, f"deploy {service}".strip()) as outcome:
        report = rolling.roll(stack, what, progress, outcome, force=force)
    _say(report, as_json=as_json)


def scale(stack: Stack, service: str, replicas: int, *, dry_run: bool, as_json: bool) -> None:
    """Sets the number of a service's replicas.

    Raises:
        Failure: when the number or the service cannot be meant.
    """
    party = chosen(stack, service).parties[0]
    before = getattr(stack.settings, party.role).replicas
    if not 1 <= replicas <= MOST:
        raise refusal(f"{replicas} replicas cannot be meant.", remedy=f"use a number from 1 to {MOST}.")
    if not dry_run:
        with mutation(stack, f"scale {party.role} {replicas}") as outcome:
            changes = scaled(stack, party, replicas, progress_of(stack, "scale", quiet=as_json))
            outcome.outcome = "unchanged" if changes.nothing else "succeeded"
            outcome.detail = f"{before} → {replicas}"
    content = {"service": party.role, "before": before, "replicas": replicas, "changed": not dry_run}
    word = "would run" if dry_run else "runs"
    print(json.dumps(content) if as_json else f"{party.role} {word} in {replicas} replicas ({before} before)")


def restart(stack: Stack, service: str, *, dry_run: bool, as_json: bool) -> None:
    """Replaces a service's replicas by new ones.

    Raises:
        Failure: when a new one does not become healthy.
    """
    party = chosen(stack, service).parties[0]
    replicas = getattr(stack.settings, party.role).replicas
    if dry_run:
        content = {"service": party.role, "would_restart": replicas}
        print(json.dumps(content) if as_json else f"{replicas} replicas of {party.role} would be replaced")
        return
    with mutation(stack, f"restart {party.role}") as outcome:
        record = restarted(stack, party, progress_of(stack, "restart", quiet=as_json)).record
        outcome.detail = f"{record.good} rounds of requests answered, {len(record.bad)} not"
    content = {"service": party.role, "restarted": replicas, "good": record.good, "bad": record.bad}
    print(json.dumps(content) if as_json else f"{party.role}: {replicas} replicas are new; {outcome.detail}")


def _say(report: rolling.Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.content, indent=1))
        return
    for each in report.changes:
        arrow = f"{rolling.short(each.before)} → {rolling.short(each.after)}" if each.needed else "unchanged"
        print(f"{each.service:10} {arrow}")
    if report.migrated:
        print(f"schema     {report.migrated}")
    if report.good or report.bad:
        lost = f", {len(report.bad)} not: {report.bad[-1]}" if report.bad else ", none failed"
        print(f"meanwhile  {report.good} rounds of requests from outside answered{lost}")
        print(f"took       {report.seconds:.1f} s")
