"""Versions of everything that a drill's result depends on."""

import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from operation.containers import container, execute
from operation.failure import Failure
from operation.stack import Stack

ASK_SECONDS = 15

COMMANDS: dict[str, tuple[str, ...]] = {
    "commit": ("git", "rev-parse", "HEAD"),
    "uncommitted": ("git", "status", "--porcelain"),
    "docker": ("docker", "version", "--format", "{{.Server.Version}}"),
    "pulumi": ("pulumi", "version"),
    "kernel": ("uname", "-r"),
}
INSIDE: dict[str, tuple[str, ...]] = {
    "postgres": ("psql", "--version"),
    "pgbackrest": ("pgbackrest", "version"),
}


def versions(stack: Stack) -> dict[str, str]:
    """Name to version; what cannot be asked is left out."""
    found = {"python": platform.python_version()}
    found |= {name: said for name, argv in COMMANDS.items() if (said := _said(argv, stack.root))}
    return found | _inside(stack)


def _said(argv: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, text=True, timeout=ASK_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _inside(stack: Stack) -> dict[str, str]:
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        target = container(stack, "database")
        answers = {name: execute(target, argv) for name, argv in INSIDE.items()}
    except (Failure, DockerException, OSError):
        return {}
    return {name: output.stdout.strip() for name, output in answers.items() if output.status == 0}
