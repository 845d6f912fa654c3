"""The body of `database.upgrade`: what is asked, and what a person is told."""

import json
from dataclasses import asdict
from typing import Any

from backups import switch
from backups.backup import Taken
from backups.backup import take as take_backup
from backups.catalog import read_catalog
from backups.engine import REPOSITORIES
from backups.kit import announcement, pending
from backups.move import settle
from backups.passphrase.journal import remind
from backups.preflight import GIBIBYTE, Checked, preflight
from backups.proving import console as proving
from backups.proving.verify import Proof
from backups.target import Target
from backups.upgrade import image, statistics
from backups.upgrade.rehearsal import Rehearsed, rehearse
from backups.upgrade.release import stanza_of, wished
from backups.upgrade.upgrading import Upgraded
from backups.upgrade.upgrading import upgrade as run_upgrade
from operation.consent import ask
from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named


def upgrade(name: str, typed: str, *, rehearsal: bool, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Rehearses the upgrade, asks, moves, and proves first backups of what serves then.

    Raises:
        Failure: when the version is none, the new one does not take the database, or a step fails.
    """
    stack = stack_named(name)
    present = stack.settings.database.version
    version = wished(typed, present)
    progress = progress_of(stack, "database.upgrade", quiet=as_json)
    if dry_run:
        _foretell(stack, version, progress, as_json=as_json)
        return
    with mutation(stack, f"database.upgrade --to {version}{' --rehearse' * rehearsal}") as outcome:
        settle(stack, progress)
        remind(stack, progress)
        fresh = Stack(stack.name, stack.root)
        if version == fresh.settings.database.version:
            outcome.detail = f"PostgreSQL {version} serves already"
            taken, proven = _proven(fresh, progress)
            _tell_served(fresh, taken, proven, as_json=as_json)
            return
        checked = _checked(fresh, progress)
        built = image.build(fresh, {*fresh.settings.database.versions, version}, progress)
        rehearsed = rehearse(fresh, checked.options[0], built, version, progress)
        if rehearsal:
            outcome.outcome, outcome.detail = "unchanged", f"rehearsed in {rehearsed.seconds} s"
            _tell_rehearsed(fresh, version, rehearsed, as_json=as_json)
            return
        ask(_question(fresh, version, rehearsed), yes=yes)
        done = run_upgrade(fresh, checked.options[0], built, version, progress)
        outcome.detail = f"PostgreSQL {present} to {version}, generation {done.generation}"
        after = Stack(stack.name, stack.root)
        statistics.gather(after, version, progress)
        taken, proven = _proven(after, progress)
        announcement.try_to_announce(after, progress)
    _tell(after, rehearsed, done, taken, proven, as_json=as_json)


def _checked(stack: Stack, progress: Progress) -> Checked:
    """The latest of a running database, with both repositories there and nothing else under way.

    Raises:
        Failure: when something of that is not so.
    """
    if pending.read(stack) is not None:
        raise refusal("a recovery is under way.", remedy="`./ops recover` ends it first.")
    if switch.alive(stack) is None:
        raise refusal("the database does not run.", remedy="`invoke status` tells more.")
    checked = preflight(stack, Target(latest=True), 0, progress)
    away = [REPOSITORIES[number] for number in {*checked.catalog.silent, *checked.catalog.bare}]
    without = [
        word for number, word in REPOSITORIES.items() if not _has(checked, number) and word not in away
    ]
    if away or without:
        what = [f"{each} does not answer" for each in away] + [f"{each} has no backup" for each in without]
        raise refusal(
            f"the way back needs both repositories: {', '.join(what)}.",
            remedy="`invoke status` tells more; then `invoke backup`.",
        )
    return checked


def _has(checked: Checked, repository: int) -> bool:
    return any(each.repository == repository and not each.failed for each in checked.catalog.backups)


def _proven(stack: Stack, progress: Progress) -> tuple[list[Taken], list[Proof]]:
    """A full backup into each repository that has none of the present stanza, and its proof."""
    target = switch.alive(stack)
    if target is None:
        raise Failure("the database does not run.", "no backup was taken.", "`invoke status` tells more.")
    catalog = read_catalog(target, stack.settings.backups.stanza)
    known = {each.repository for each in catalog.backups}
    lacking = [number for number in REPOSITORIES if number not in known]
    if not lacking:
        return [], []
    taken = take_backup(stack, "full", lacking, progress)
    return taken, proving.prove(Stack(stack.name, stack.root), lacking, progress)


def _question(stack: Stack, version: int, rehearsed: Rehearsed) -> str:
    return (
        f"The rehearsal went well ({rehearsed.rows} rows; pg_upgrade took {rehearsed.conversion_seconds} s). "
        f"Move the database of stack {stack.name} to PostgreSQL {version}? It stands still for that long and "
        "some seconds more."
    )


def _foretell(stack: Stack, version: int, progress: Progress, *, as_json: bool) -> None:
    checked = _checked(stack, progress)
    backup, settings = checked.options[0].backup, stack.settings
    found = {
        "stack": stack.name,
        "from_version": settings.database.version,
        "to_version": version,
        "backup": backup.label,
        "from_stanza": settings.backups.stanza,
        "to_stanza": stanza_of(settings.backups.stanza, version),
        "needed_bytes": checked.needed,
        "free_bytes": checked.free,
    }
    if as_json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"from PostgreSQL {settings.database.version} to {version}, beginning with a copy of {backup.label}"
    )
    print("would be rehearsed on a copy first, and asked for; --rehearse does only that")
    print(
        f"backups would go into stanza {found['to_stanza']}; "
        f"those in {found['from_stanza']} stay, for the way back"
    )
    print(f"needs {checked.needed / GIBIBYTE:.1f} GiB, of {checked.free / GIBIBYTE:.1f} GiB that are free")


def _tell_rehearsed(stack: Stack, version: int, rehearsed: Rehearsed, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"stack": stack.name, "to_version": version, **asdict(rehearsed)}, indent=1))
        return
    print(
        f"PostgreSQL {version} takes the database of stack {stack.name}: {rehearsed.rows} rows as before, "
        f"every heap and index whole; pg_upgrade took {rehearsed.conversion_seconds} s"
    )
    for line in rehearsed.done:
        print(line)
    print(f"nothing was changed; to do it: invoke database.upgrade --to {version}")


def _tell_served(stack: Stack, taken: list[Taken], proven: list[Proof], *, as_json: bool) -> None:
    version = stack.settings.database.version
    if as_json:
        said = {"stack": stack.name, "version": version, "changed": bool(taken)}
        print(json.dumps({**said, "proofs": proving.content(proven)}, indent=1, default=str))
    else:
        print(f"PostgreSQL {version} serves already")
        for line in proving.verdicts(proven):
            print(line)
    proving.judge(proven)


def _tell(  # what was done, and what is known of it
    stack: Stack,
    rehearsed: Rehearsed,
    done: Upgraded,
    taken: list[Taken],
    proven: list[Proof],
    *,
    as_json: bool,
) -> None:
    if as_json:
        said: dict[str, Any] = {
            "stack": stack.name,
            **asdict(done),
            "rehearsal": asdict(rehearsed),
            "backups": [asdict(each) for each in taken],
            "proofs": proving.content(proven),
        }
        print(json.dumps(said, indent=1, default=str))
    else:
        print(
            f"stack {stack.name} serves PostgreSQL {done.version}, generation {done.generation}; newest "
            f"second {done.newest}; down for {done.seconds_down} s, {done.conversion_seconds} in pg_upgrade"
        )
        for line in [*done.done, *proving.verdicts(proven)]:
            print(line)
        print(f"backups go into stanza {done.stanza}; PostgreSQL {done.former}'s stay beside it")
        print("back again, without what is written from now on: invoke restore.undo")
    proving.judge(proven)
