"""The bodies of the tasks: what a person sees of backups and restores."""

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime

from backups import journal, lineage, rehearsal, switch
from backups.backup import begin
from backups.backup import take as take_backup
from backups.catalog import read_catalog
from backups.ending import ending
from backups.engine import S3, backup_command, giving_way, repositories
from backups.forecast import comparison, forecast
from backups.kit import announcement as custody
from backups.listing import content, reaches, table
from backups.move import settle
from backups.outlook.survey import Outlook, survey
from backups.passphrase import rotated
from backups.passphrase.journal import remind
from backups.points import console as point_console
from backups.points import lost_cache, moving
from backups.points.account import Pointed, lines_of
from backups.preflight import Checked, preflight, reader
from backups.proving import console as proving
from backups.proving.proof_announcement import try_to_announce
from backups.restore import restore as run_restore
from backups.restored import Restored
from backups.target import Target, looked_up
from backups.undo import forget as run_forget
from backups.undo import previous
from backups.undo import undo as run_undo
from backups.vault.renewal import try_to_renew
from operation.consent import ask
from operation.failure import Failure, refusal
from operation.lock import locked
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named


def take(  # one word for each thing that is chosen
    name: str, kind: str, repo: str, *, as_json: bool, dry_run: bool, proof: bool = False, only: str = ""
) -> None:
    """Takes backups and a recovery point, prints their names, and proves them when that is wanted.

    Raises:
        Failure: when a backup cannot be taken, or is not good.
    """
    stack = stack_named(name)
    numbers, alone = repositories(repo), point_console.alone(only)
    limits = stack.settings.backups
    commands = {
        number: giving_way(limits, backup_command(limits.stanza, number, kind), number) for number in numbers
    }
    if dry_run:
        parts = () if alone else point_console.parts(stack)
        rehearsal.backup(commands, as_json=as_json, proof=proof, point=parts)
        return
    progress = progress_of(stack, "backup", quiet=as_json, alike=kind)
    with mutation(stack, f"backup --type {kind}{' --verify' * proof}") as outcome:
        settle(stack, progress)
        remind(stack, progress)
        taken, failed = point_console.tried(lambda: take_backup(stack, kind, numbers, progress))
        point = Pointed()
        if not alone:
            point = point_console.take(stack, numbers, progress)
        if failed:
            raise point_console.with_point(failed, point)
        outcome.detail = ", ".join([f"{each.repository}: {each.label}" for each in taken] + point.told)
        outcome.outcome = "succeeded" if point.whole else "failed"
        proven = proving.prove(Stack(stack.name, stack.root), numbers, progress) if proof else []
        custody.try_to_announce(stack, progress)
        unrenewed = try_to_renew(stack, numbers, progress)
    if as_json:
        backups = [asdict(each) for each in taken]
        said = {"backups": backups, "point": point.content(), "proofs": proving.content(proven)}
        _print(json.dumps(said, indent=1, default=str))
    labels = [f"{each.repository}: {each.label} ({each.kind}, {each.seconds} s)" for each in taken]
    for line in [] if as_json else [*labels, *point.lines(), *proving.verdicts(proven)]:
        _print(line)
    proving.judge(proven)
    point.judge()
    if unrenewed:
        raise unrenewed


def listing(name: str, *, as_json: bool) -> None:
    """Prints restore points and reaches; also when the database does not run."""
    stack = stack_named(name)
    progress = progress_of(stack, "backup.list", quiet=as_json)
    lives = switch.alive(stack) is not None
    with (
        nullcontext() if lives else locked(stack, "backup.list"),
        reader(stack, progress.detail) as (asked, _),
    ):
        catalog = read_catalog(asked, stack.settings.backups.stanza, lineage.recorded(stack))
        points = point_console.listed(stack, asked)
    if as_json:
        _print(json.dumps({**content(catalog), **points.content()}, indent=1))
    else:
        for line in [*table(catalog), *reaches(catalog), *points.lines()]:
            _print(line)


def restore(  # one word for each thing that is chosen
    name: str, target: Target, repo: str, *, yes: bool, dry_run: bool, as_json: bool, only: str = ""
) -> None:
    """Pre-flight, question, restore, and the begin of a backup of what came out."""
    stack = stack_named(name)
    number, alone = repositories(repo)[0] if repo else 0, point_console.alone(only)
    if target.vault and number not in {0, S3}:
        raise refusal("only s3 keeps versions: --vault-as-of reads nothing else.", remedy="leave --repo out.")
    target = looked_up(stack, target)
    if target.vault:
        rotated.refuse_before(stack, target.vault)
    progress = progress_of(stack, "restore", quiet=as_json)
    with mutation(stack, f"restore {target}") as outcome:
        if dry_run:
            outcome.outcome, outcome.detail = "unchanged", "dry run"
            rehearsal.restore(
                stack, *_foretold(stack, target, number, progress, alone=alone), as_json=as_json
            )
            return
        settle(stack, progress)
        remind(stack, progress)
        fresh = Stack(stack.name, stack.root)
        if not alone:
            point_console.bring_back_lost(fresh, progress)
        checked, outlook = _foretold(fresh, target, number, progress, count=not yes, alone=alone)
        ask(f"Restore {'the database of ' * alone}stack {stack.name} so?", yes=yes)
        way = (checked.catalog, checked.options, progress, outlook.seconds, checked.beside)
        restored = run_restore(fresh, *way)
        outcome.detail = f"generation {restored.generation}, timeline {restored.timeline}"
        if target.latest and not alone:
            lost_cache.bring_back(Stack(stack.name, stack.root), progress)
        _after(fresh, progress)
    _tell(stack, restored, as_json=as_json)


def undo(name: str, *, yes: bool, as_json: bool, dry_run: bool = False) -> None:
    """Goes back to the earlier volume."""
    stack = stack_named(name)
    if dry_run:
        rehearsal.undo(stack, as_json=as_json)
        return
    progress = progress_of(stack, "restore.undo", quiet=as_json)
    with mutation(stack, "restore.undo") as outcome:
        settle(stack, progress)
        fresh = Stack(stack.name, stack.root)
        generation = previous(fresh)
        ask(
            f"Go back to generation {generation}? What was written since stays in the other volume.",
            yes=yes,
        )
        restored = run_undo(fresh, progress, moving.back_to(fresh, generation))
        outcome.detail = f"generation {restored.generation}, timeline {restored.timeline}"
        _after(fresh, progress)
    _tell(stack, restored, as_json=as_json)


def forget(name: str, typed: str, *, yes: bool, as_json: bool = False, dry_run: bool = False) -> None:
    """Removes an earlier volume.

    Raises:
        Failure: when what was typed is no number, or no generation that is kept.
    """
    stack = stack_named(name)
    if not typed.isdecimal():
        raise refusal(
            f"{typed!r} is no generation.", remedy="`invoke status` shows the numbers of those kept."
        )
    generation = int(typed)
    if dry_run:
        rehearsal.forget(stack, generation, as_json=as_json)
        return
    progress = progress_of(stack, "restore.forget", quiet=as_json)
    with mutation(stack, f"restore.forget {generation}"):
        settle(stack, progress)
        ask(f"Remove generation {generation} of stack {stack.name} for good?", yes=yes)
        run_forget(Stack(stack.name, stack.root), generation, progress)
        moving.forget(Stack(stack.name, stack.root), generation, progress)
    gone = {"stack": stack.name, "generation": generation, "forgotten": True}
    _print(json.dumps(gone, indent=1) if as_json else f"generation {generation} is gone")


def _foretold(
    stack: Stack, target: Target, number: int, progress: Progress, *, count: bool = True, alone: bool = False
) -> tuple[Checked, Outlook]:
    if journal.read(stack) is not None:
        progress.say("! a restore was interrupted; the next command that is no dry run ends it")
    checked = preflight(stack, target, number, progress, alone=alone)
    outlook = survey(stack, checked, progress, count=count)
    for line in forecast(checked, outlook, datetime.now(UTC)):
        print(line, file=sys.stderr)
    return checked, outlook


def _after(stack: Stack, progress: Progress) -> None:
    """A backup begins at once: recovery along the new timeline then starts on it.

    The database went back, so it has forgotten proofs that it was told of.
    """
    try_to_announce(stack, progress)
    try:
        begin(stack)
    except Failure as failure:
        progress.say(f"! the database is restored and serves, but no backup has begun: {failure}")


def _tell(stack: Stack, restored: Restored, *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps(asdict(restored), indent=1, default=str))
        return
    _print(
        f"stack {stack.name} serves generation {restored.generation}, timeline {restored.timeline}; "
        f"newest second in it {restored.facts.heartbeat}; down for {restored.seconds_down} s"
    )
    if restored.seconds is not None:
        _print(comparison(restored.predicted_seconds, restored.seconds))
    _print("a backup of it into each repository has begun; `invoke backup.list` shows it once it has ended")
    for line in [*ending(restored), *lines_of(restored.beside, restored.seams)]:
        _print(line)
    if Stack(stack.name, stack.root).settings.database.kept:
        _print("back again: invoke restore.undo")


def _print(text: str) -> None:
    print(text)
