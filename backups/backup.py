"""Taking a backup: pgBackRest's own, into one repository after the other, with what it says as progress."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backups.engine import REPOSITORIES, backup_command
from operation.containers import client, container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

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
    taken, failed = [], []
    for number in repositories:
        try:
            with progress.step(f"backup into {REPOSITORIES[number]}") as say:
                taken.append(_one(stack, target, number, kind, say))
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


def _one(stack: Stack, target: Any, number: int, kind: str, say: Any) -> Taken:
    started = datetime.now(UTC)
    status, words = _stream(target, backup_command(stack.settings.backups.stanza, number, kind), say)
    if status != 0:
        errors = [line for line in words if "ERROR" in line or "[0" in line] or words[-5:]
        told = (
            "another backup is at work in it"
            if any(LOCKED in each for each in errors)
            else "\n    ".join(errors[-5:])
        )
        raise Failure(f"the backup into {REPOSITORIES[number]} failed (exit status {status}): {told}")
    label = next((found[1] for line in words if (found := NEW_LABEL.search(line))), "")
    seconds = round((datetime.now(UTC) - started).total_seconds(), 1)
    return Taken(REPOSITORIES[number], label, _kind(label), seconds)


def _stream(target: Any, argv: list[str], say: Any) -> tuple[int, list[str]]:
    """Runs a command in a container line by line; an interruption here ends the command there too."""
    engine = client(timeout=24 * 3600)
    handle = engine.api.exec_create(target.id, argv)["Id"]
    lines: list[str] = []
    rest = ""
    try:
        for chunk in engine.api.exec_start(handle, stream=True):
            rest += chunk.decode(errors="replace")
            *whole, rest = rest.split("\n")
            lines += whole
            for line in whole:
                say(line.split("INFO:", 1)[-1].strip())
    except BaseException:
        _abort(target, argv[1])
        raise
    return int(engine.api.exec_inspect(handle)["ExitCode"]), [*lines, rest]


def _abort(target: Any, stanza: str) -> None:
    """Ends the command in the container by pgBackRest's own means, and lets archiving go on."""
    target.exec_run(["pgbackrest", stanza, "--force", "stop"])
    target.exec_run(["pgbackrest", stanza, "start"])


def _kind(label: str) -> str:
    return {"F": "full", "D": "diff", "I": "incr"}.get(label[-1:], "")
