"""The body of `backup.retention`: what is kept, what another policy would take, and its setting."""

import json
from contextlib import nullcontext
from typing import Any

from backups import lineage, switch
from backups.backup import end_orphan
from backups.catalog import read_catalog
from backups.engine import REPOSITORIES
from backups.move import settle
from backups.passphrase.journal import remind
from backups.preflight import reader
from backups.retention.account import content, kept_lines, lost_lines
from backups.retention.expiry import expire
from backups.retention.policy import SECTION, Wish, checked, values, words
from backups.retention.survey import Survey, foretold, kept
from infra.sections.backups import Backups
from operation.consent import ask
from operation.containers import container
from operation.lock import locked
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named
from operation.stack_file import configure


def retention(name: str, wish: Wish, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Says what is kept; with a wish, says what it takes, sets it, and expires.

    A kill leaves the settings set or not; the same command goes on from either.

    Raises:
        Failure: when a number cannot be, a repository does not answer, or nobody agrees.
    """
    changes, stack = values(wish), stack_named(name)
    policy = checked(stack, changes)
    progress = progress_of(stack, "backup.retention", quiet=as_json)
    if wish == Wish():
        _show(stack, progress, as_json=as_json)
    elif dry_run:
        survey = _foretold(stack, policy, progress)
        _print_survey(stack, survey, policy, as_json=as_json)
    else:
        _change(stack, changes, policy, progress, yes=yes, as_json=as_json)


def _show(stack: Stack, progress: Progress, *, as_json: bool) -> None:
    lives = switch.alive(stack) is not None
    with (
        nullcontext() if lives else locked(stack, "backup.retention"),
        reader(stack, progress.detail) as (asked, _),
    ):
        catalog = read_catalog(asked, stack.settings.backups.stanza, lineage.recorded(stack))
    if as_json:
        _print_json(kept(catalog), stack.settings.backups)
        return
    print(f"kept in each repository: {words(stack.settings.backups)}")
    for line in kept_lines(kept(catalog)):
        print(line)
    for number, why in catalog.silent.items():
        print(f"! {REPOSITORIES[number]} does not answer: {why}")


def _foretold(stack: Stack, policy: Backups, progress: Progress) -> Survey:
    with progress.step("ask what would expire"):
        return foretold(stack, container(stack, "database"), policy)


def _change(
    stack: Stack,
    changes: dict[str, int],
    policy: Backups,
    progress: Progress,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    with mutation(stack, f"backup.retention {words(policy)}") as outcome:
        settle(stack, progress)
        remind(stack, progress)
        survey = _foretold(stack, policy, progress)
        if not as_json:
            _print_survey(stack, survey, policy, as_json=False)
        ask(f"Keep {words(policy)} in each repository of stack {stack.name}, and no more?", yes=yes)
        gone = _carried(stack, changes, progress)
        outcome.detail = f"{sum(map(len, gone.values()))} backups expired"
    if as_json:
        _print_json(survey, policy, expired=gone)
        return
    for name, labels in gone.items():
        print(f"{name}: expired {', '.join(labels) or 'nothing'}")


def _carried(stack: Stack, changes: dict[str, int], progress: Progress) -> dict[str, list[str]]:
    """Writes the settings, brings them into the database, and has pgBackRest expire by them."""
    from infra.bring_up import deploy  # noqa: PLC0415  # it needs most of this package

    end_orphan(container(stack, "database"), stack.settings.backups.stanza, progress)
    configure(stack, {f"{SECTION}.{key}": value for key, value in changes.items()})
    fresh = Stack(stack.name, stack.root)
    deploy(fresh, progress)
    target, gone = container(fresh, "database"), {}
    for number, name in REPOSITORIES.items():
        with progress.step(f"expire in {name}"):
            gone[name] = expire(target, fresh.settings.backups.stanza, number)
    return gone


def _print_survey(stack: Stack, survey: Survey, policy: Backups, *, as_json: bool) -> None:
    if as_json:
        _print_json(survey, policy)
        return
    print(f"kept in each repository: {words(stack.settings.backups)}; then {words(policy)}")
    for line in lost_lines(survey, stack.settings.object_store):
        print(line)


def _print_json(survey: Survey, policy: Backups, **more: Any) -> None:
    keys = ("retention_full", "retention_days", "retention_diff")
    said = {**{key: getattr(policy, key) for key in keys}, **content(survey), **more}
    print(json.dumps(said, indent=1))
