"""Debian packages: only what is missing, only as root."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from operation.failure import Failure
from operation.progress import Progress
from toolchain.command import run

LISTS = Path("/var/lib/apt/lists")
LISTS_FRESH_SECONDS = 86_400.0
LOCK_SECONDS = 300
"""How long apt waits for another apt."""
INSTALL_SECONDS = 900.0
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "APT_LISTCHANGES_FRONTEND": "none"}


Installer = Callable[[Sequence[str], Progress], None]
"""Whatever brings packages: apt's mirror, or a bundle."""


def install_argv(packages: Sequence[str]) -> tuple[str, ...]:
    """The command that installs packages, waiting for a package manager that is at work."""
    lock = f"DPkg::Lock::Timeout={LOCK_SECONDS}"
    return ("apt-get", "install", "--yes", "--no-install-recommends", "-o", lock, *packages)


def lists_are_stale(newest: float | None, now: float) -> bool:
    """Whether apt's lists must be fetched first; times in seconds since the epoch, None for no list."""
    return newest is None or now - newest > LISTS_FRESH_SECONDS


def install(packages: Sequence[str], progress: Progress) -> None:
    """Installs packages; finishes an interrupted installation, and fetches newer lists, when that is needed.

    Raises:
        Failure: when not root, when this is no Debian, or with apt's own words.
    """
    _refuse_without_means(packages)
    if lists_are_stale(_newest_list(), time.time()):
        _update(progress)
    try:
        run(install_argv(packages), progress, seconds=INSTALL_SECONDS, environment=QUIET)
    except Failure:
        run(("dpkg", "--configure", "-a"), progress, seconds=INSTALL_SECONDS, environment=QUIET)
        _update(progress)
        run(install_argv(packages), progress, seconds=INSTALL_SECONDS, environment=QUIET)


def _refuse_without_means(packages: Sequence[str]) -> None:
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Failure(
            f"{names} must be installed, and this host has no apt-get.",
            "set-up knows Debian only.",
            "install it by the host's own means, then type the same command again.",
        )
    if os.geteuid() != 0:
        raise Failure(
            f"{names} must be installed, which only root can do.",
            "nothing was changed.",
            f"as root: `apt-get install {names}`, or `./ops setup` once; then type the same command again.",
        )


def _update(progress: Progress) -> None:
    """One source that does not answer is no reason to stop: the installation says what is missing."""
    try:
        run(("apt-get", "update"), progress, seconds=INSTALL_SECONDS, environment=QUIET)
    except Failure as error:
        progress.detail(str(error))


def _newest_list() -> float | None:
    times = [path.stat().st_mtime for path in LISTS.glob("*Packages*")]
    return max(times, default=None)
