"""Pulumi's own lock on a stack's state: a file, which a process that was killed leaves behind."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path

from operation.containers import wait_for
from operation.failure import Failure
from operation.progress import Progress
from operation.pulumi_plugins import await_end
from operation.stack import Stack

END_SECONDS = 240.0
"""How long an orphan may take to end; a service's convergence is cancelled at once, an image's build not."""

ADOPTERS = frozenset({"systemd", "tini", "docker-init", "dumb-init"})
"""Who becomes the parent of a process whose own has died; process 1 as well."""


@dataclass(frozen=True)
class Holder:
    """A lock file and who wrote it.

    Attributes:
        path: of the file.
        pid: process that wrote it; 0 when the file does not say.
        host: where that process ran.
    """

    path: Path
    pid: int
    host: str


def holders(stack: Stack) -> list[Holder]:
    """All lock files of the stack."""
    return [_holder(path) for path in sorted(_folder(stack).rglob("*.json"))]


def take_over(stack: Stack, progress: Progress) -> bool:
    """Ends what a killed command left at work on the stack, and drops its lock.

    The caller holds our own lock, so whoever holds Pulumi's has lost its parent, or was started by hand.

    Returns:
        whether a lock was left: the state may then lack what was under way.

    Raises:
        Failure: when a `pulumi` that somebody started by hand, here or elsewhere, is at work.
    """
    for unfinished in _folder(stack).rglob("*.json.*.tmp"):
        if not unfinished.stat().st_size:  # of a full disk; Pulumi takes it for a lock
            unfinished.unlink(missing_ok=True)
    found = holders(stack)
    for each in found:
        if each.host not in {"", socket.gethostname()}:
            raise _busy(f"process {each.pid} on host {each.host}")
        if _is_pulumi(each.pid):
            _end(each, progress)
        await_end(stack)
        each.path.unlink(missing_ok=True)
    return bool(found)


def _folder(stack: Stack) -> Path:
    return stack.folder / "pulumi" / ".pulumi" / "locks"


def _holder(path: Path) -> Holder:
    try:
        content = json.loads(path.read_text())
        return Holder(path, int(content["pid"]), str(content.get("hostname", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(path, 0, "")


def _end(holder: Holder, progress: Progress) -> None:
    """Asks an orphan to stop, which for Pulumi is the same as Ctrl-C, and waits until it has."""
    import psutil  # noqa: PLC0415

    try:
        process = psutil.Process(holder.pid)
        parent = process.parent()
        if parent is not None and parent.pid != 1 and parent.name() not in ADOPTERS:
            raise _busy(f"process {holder.pid}, started by process {parent.pid}")
        with progress.step(f"end what was left of an interrupted deployment (process {holder.pid})"):
            process.terminate()
            wait_for(lambda: not _is_pulumi(holder.pid), END_SECONDS, f"the end of process {holder.pid}")
    except psutil.NoSuchProcess:
        return


def _is_pulumi(pid: int) -> bool:
    """Whether that process lives and is a `pulumi`; numbers are used again."""
    import psutil  # noqa: PLC0415

    try:
        process = psutil.Process(pid) if pid else None
        return process is not None and process.name() == "pulumi" and process.status() != "zombie"
    except psutil.NoSuchProcess:
        return False


def _busy(who: str) -> Failure:
    return Failure(
        f"another `pulumi` is at work on this stack ({who}).",
        "nothing was changed.",
        "wait until it has ended; if it is gone for good: `pulumi cancel`.",
        exit_code=3,
    )
