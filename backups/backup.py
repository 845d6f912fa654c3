"""Taking a backup: pgBackRest's own, into one repository after the other, with what it says as progress."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backups.engine import (
    REPOSITORIES,
    S3,
    abort_command,
    background_command,
    backup_command,
    giving_way,
)
from backups.info import at_work, bare_repositories, read_info, silent_repositories
from operation.containers import client, container, execute
from operation.exec_stream import begin as begin_command
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

if TYPE_CHECKING:
    from infra.sections.backups import Backups

NEW_LABEL = re.compile(r"new backup label = (\S+)")
LOCKED = "[050]"
"""pgBackRest's error for a lock that another process holds (its manual, «Exit status»)."""


@dataclass(frozen=True)
class Taken:
    """One backup in one repository: label, and seconds that it took."""

    repository: str
    label: str
    kind: str
    seconds: float


def take(stack: Stack, kind: str, repositories: list[int], progress: Progress) -> list[Taken]:
    """Takes a backup into each repository; one that fails does not keep the others from theirs.

    Args:
        stack: whose database.
        kind: `full`, `diff`, `incr`; the first in a repository is always full.
        repositories: pgBackRest's numbers.
        progress: where steps are shown.

    Raises:
        Failure: after all were tried, naming those that failed.
    """
    target = container(stack, "database")
    backups = stack.settings.backups
    info = end_orphan(target, backups.stanza, progress)
    silent, bare = silent_repositories(info, backups.stanza), bare_repositories(info, backups.stanza)
    taken, failed = [], []
    for number in repositories:
        try:
            with progress.step(f"backup into {REPOSITORIES[number]}") as say:
                _refuse_silent(number, silent)
                if number in bare:
                    _begin_anew(stack, number, kind)
                taken.append(_one(backups, target, number, kind, say))
        except Failure as failure:
            failed.append(failure)
    if failed:
        done = ", ".join(f"{each.repository}: {each.label}" for each in taken) or "none"
        raise Failure(
            "\n".join(failure.what for failure in failed),
            f"backups that did succeed: {done}. WAL archiving goes on by itself.",
            "`invoke status` shows which repository answers; then `invoke backup` again.",
        )
    return taken


def begin(stack: Stack) -> None:
    """Begins a backup into each repository and does not wait: whoever needs the repositories ends it.

    Raises:
        Failure: when the database does not run.
    """
    target = container(stack, "database")
    backups = stack.settings.backups
    target.exec_run(giving_way(backups, background_command(backups.stanza), S3), detach=True)


def end_orphan(target: Any, stanza: str, progress: Progress) -> list[dict[str, Any]]:
    """Ends a backup that nobody waits for: of a restore before, or of a command that was killed.

    Only for who holds the stack's lock: then no living command waits for it.

    Returns:
        what pgBackRest says of the repositories.
    """
    info = read_info(target, stanza)
    if at_work(info, stanza):
        progress.say("a backup that nobody waits for is at work in the database's container")
        with progress.step("end it"):
            execute(target, abort_command(stanza))
    return info


def _refuse_silent(number: int, silent: dict[int, str]) -> None:
    """Spares the minutes that pgBackRest goes on trying."""
    if number in silent:
        name = REPOSITORIES[number]
        raise Failure(f"the backup into {name} failed: the repository does not answer: {silent[number]}")


def _begin_anew(stack: Stack, number: int, kind: str) -> None:
    """Makes the stanza again in a repository that has nothing any more.

    Raises:
        Failure: when nobody asked for a full backup: whoever emptied it may have meant to.
    """
    from backups.stanza import establish  # noqa: PLC0415  # it loads Pulumi, which other backups do not pay

    name = REPOSITORIES[number]
    if kind != "full":
        raise Failure(
            f"the backup into {name} failed: the repository is empty: its bucket or folder was deleted or "
            f"emptied. `invoke backup --type full --repo {name}` begins anew; if somebody did it on purpose, "
            "`invoke backup.vault --help` tells how to bring back what was hidden."
        )
    establish(stack, stack.settings.backups.stanza)


def _one(backups: "Backups", target: Any, number: int, kind: str, say: Any) -> Taken:
    started = time.monotonic()
    argv = giving_way(backups, backup_command(backups.stanza, number, kind), number)
    status, words = _stream(target, backups.stanza, argv, say)
    if status != 0:
        raise Failure(f"the backup into {REPOSITORIES[number]} failed (exit status {status}): {told(words)}")
    label = next((found[1] for line in words if (found := NEW_LABEL.search(line))), "")
    kinds = {"F": "full", "D": "diff", "I": "incr"}
    return Taken(REPOSITORIES[number], label, kinds.get(label[-1:], ""), round(time.monotonic() - started, 1))


def told(words: list[str]) -> str:
    """What a person needs of pgBackRest's lines after a failure: its errors, else its last words."""
    if any(LOCKED in line for line in words):
        return "another backup is at work in it"
    errors = [line for line in words if "ERROR" in line] or [line for line in words if line.strip()]
    return "\n    ".join(errors[-5:])


def _stream(target: Any, stanza: str, argv: list[str], say: Any) -> tuple[int, list[str]]:
    """Runs a command in a container line by line; an interruption here ends the command there too."""
    lines: list[str] = []
    rest = ""
    try:
        run = begin_command(client(), target.id, argv)
        for _, piece in run:
            *whole, rest = (rest + piece.decode(errors="replace")).split("\n")
            lines += whole
            for line in whole:
                say(line.split("INFO:", 1)[-1].strip())
        status = run.status()
    except BaseException:
        execute(target, abort_command(stanza))
        raise
    return status, [*lines, rest]
