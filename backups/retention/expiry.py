"""pgBackRest's `expire`: by its own word what it would remove under another policy, and what it removes."""

import re
from typing import Any

from backups.backup import LOCKED, told
from backups.engine import REPOSITORIES
from infra.sections.backups import Backups
from operation.containers import execute
from operation.failure import Failure

SETS = re.compile(r"repo\d+: expire \S+ backup (?:set )?(\d{8}-\d{6}F[^\r\n]*)")
"""What it says of each set that goes: the backup and those that depend on it, parted by commas."""


def expire_command(stanza: str, repository: int, policy: Backups | None = None) -> list[str]:
    """`expire` of one repository; with a policy only the trial of that one; pure."""
    trial = ["--dry-run", *options(repository, policy)] if policy else []
    chosen = [f"--stanza={stanza}", f"--repo={repository}", "--log-level-console=info", *trial]
    return ["pgbackrest", *chosen, "expire"]


def options(repository: int, policy: Backups) -> list[str]:
    """The options that take the place of the configured policy; pure."""
    prefix = f"--repo{repository}-retention"
    return [
        f"{prefix}-full={policy.retention_days or policy.retention_full}",
        f"{prefix}-full-type={'time' if policy.retention_days else 'count'}",
        f"{prefix}-diff={policy.retention_diff}",
    ]


def expired(said: str) -> list[str]:
    """Labels of the backups that it names, in its order; pure."""
    return [label.strip() for found in SETS.findall(said) for label in found.split(",")]


def expire(target: Any, stanza: str, repository: int, policy: Backups | None = None) -> list[str]:
    """Runs it, with a policy only to see what would go.

    Returns:
        labels of the backups that went, or would.

    Raises:
        Failure: when the repository does not answer, or a backup is at work.
    """
    output = execute(target, expire_command(stanza, repository, policy))
    if output.status == 0:
        return expired(output.stdout)
    name, lines = REPOSITORIES[repository], (output.stdout + output.stderr).splitlines()
    busy = any(LOCKED in line for line in lines)
    raise Failure(
        f"backups of repository {name} cannot be expired: {told(lines)}",
        "what was not expired is still there, and each backup tries again.",
        "wait until the backup there has ended." if busy else "`invoke status` says whether it answers.",
    )
