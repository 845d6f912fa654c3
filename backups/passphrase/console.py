"""The body of `backup.passphrase`: what is asked, and what a person is told."""

import json
from typing import Any

from backups.engine import REPOSITORIES, repositories
from backups.kit import announcement, record
from backups.move import settle
from backups.passphrase import journal
from backups.passphrase.journal import Rotation
from backups.passphrase.rotation import S3, Rotated, looked, rotate
from backups.vault.record import keep, of_look
from backups.vault.renewal import since_words
from backups.vault.tool import ask as ask_vault
from operation.consent import ask
from operation.failure import refusal
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named

KIT = (
    "no recovery kit from before opens them: `invoke backup.kit` now, and keep the one from before as long "
    "as versions in the vault may be needed"
)


def passphrase(name: str, repo: str, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Gives repositories another passphrase, or goes on with that.

    Raises:
        Failure: when a repository does not answer, or a step fails.
    """
    numbers, stack = repositories(repo), stack_named(name)
    progress = progress_of(stack, "backup.passphrase", quiet=as_json)
    if dry_run:
        _foretell(stack, chosen(journal.under_way(stack), repo), as_json=as_json)
        return
    with mutation(stack, f"backup.passphrase{f' --repo {repo}' * bool(repo)}") as outcome:
        chosen(journal.under_way(stack), repo)
        settle(stack, progress)
        fresh = Stack(stack.name, stack.root)
        rotation = journal.under_way(fresh) or _begun(fresh, numbers, progress, yes=yes)
        done = rotate(fresh, rotation, progress)
        outcome.detail = f"{rotation.names}; {pause_words(done)}"
        announcement.try_to_announce(fresh, progress)
    _tell(fresh, done, as_json=as_json)


def chosen(rotation: Rotation | None, repo: str) -> list[int]:
    """The repositories that are meant: of the rotation under way, if there is one; pure.

    Raises:
        Failure: when that one is of others.
    """
    numbers = repositories(repo)
    if rotation is None:
        return numbers
    if repo and numbers != list(rotation.next):
        raise refusal(f"{rotation.sentence}.", remedy="type it without --repo: it ends that one first.")
    return list(rotation.next)


def _begun(stack: Stack, numbers: list[int], progress: Progress, *, yes: bool) -> Rotation:
    with progress.step("ask the repositories"):
        looked(stack, numbers)
        in_order = _vault_in_order(stack, numbers, progress)
    names = " and ".join(REPOSITORIES[each] for each in numbers)
    ask(
        f"Give {names} of stack {stack.name} another passphrase? The database restarts once, and the "
        "recovery kit turns stale.",
        yes=yes,
    )
    return journal.begin(stack, numbers, vault_in_order=in_order)


def _vault_in_order(stack: Stack, numbers: list[int], progress: Progress) -> bool:
    """Whether nobody had taken or overwritten keys before: the rotation overwrites some itself."""
    if S3 not in numbers or stack.settings.object_store.outside:
        return True
    seen = of_look(ask_vault(stack, ["look", *since_words(stack, "")], progress.detail))
    keep(stack, seen)
    if seen.strange:
        progress.say(
            f"! {seen.strange} keys of the vault were gone or overwritten before: `invoke backup.vault`"
        )
    return not seen.strange


def _foretell(stack: Stack, numbers: list[int], *, as_json: bool) -> None:
    rotation = journal.under_way(stack)
    files = {} if rotation else looked(stack, numbers)
    found = {
        "stack": stack.name,
        "repositories": [REPOSITORIES[each] for each in numbers],
        "under_way": rotation.phase if rotation else None,
        "files": {REPOSITORIES[each]: list(opened) for each, opened in files.items()},
        "database_restarts": True,
    }
    if as_json:
        print(json.dumps(found, indent=1))
        return
    if rotation:
        print(f"{rotation.sentence}; that would be ended")
    for number, opened in files.items():
        print(f"{REPOSITORIES[number]}: would be encrypted anew: {', '.join(opened)}")
    print("the database would restart once; backups are not written anew, and stay as they are")
    print(KIT.replace("now, and", "then, and"))


def content(stack: Stack, done: Rotated) -> dict[str, Any]:
    """What was done, for machines: times in seconds."""
    kit = record.newest(stack)
    return {
        "stack": stack.name,
        "repositories": list(done.repositories),
        "backups": done.backups,
        "seconds": done.seconds,
        "archiving_paused_seconds": done.pause.seconds,
        "archiving_failures": done.pause.failures,
        "kit_made": kit.made.isoformat() if kit else None,
        "kit_stale": record.stale(stack, kit) if kit else [],
    }


def pause_words(done: Rotated) -> str:
    """How long archiving stood still, in words; pure."""
    seconds = done.pause.seconds
    stood = "the database did not restart" if seconds is None else f"no segment was archived for {seconds} s"
    return f"{stood}; {done.pause.failures} tries failed"


def _tell(stack: Stack, done: Rotated, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(content(stack, done), indent=1))
        return
    names = " and ".join(done.repositories)
    print(f"{names} of stack {stack.name} have another passphrase ({done.seconds} s); {pause_words(done)}")
    print(f"the {done.backups} backups there open by it: invoke backup.verify")
    print(f"! {KIT}")
