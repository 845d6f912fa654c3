"""Who may read what must never be read by others: everything in `.ops/<stack>`."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from operation.stack import Stack
from toolchain.checks.check import Check, healthy, unhealthy, warning

NAME = "permissions"
PUBLIC = frozenset(("root.pem", "ca.pem"))
"""Certificates that everybody may have."""
SHOWN = 3


def look(stack: Stack) -> list[Check]:
    """How they are; only read."""
    return [verdict(stack.folder, os.geteuid())]


def verdict(folder: Path, account: int) -> Check:
    """Whether only that account can read and change it."""
    if not folder.exists():
        return healthy(NAME, "nothing there yet")
    try:
        bare = list(exposed(folder))
        foreign = [path for path in (folder, *sorted(folder.iterdir())) if path.lstat().st_uid != account]
    except PermissionError as error:
        return unhealthy(NAME, f"{error.filename} cannot be read", f"as its owner, or `chown -R` {folder}")
    if bare:
        remedy = f"`chmod -R go= {folder}`"
        if _open(folder) and _open(folder.parent):
            found = f"others may read {_listed(bare, folder)}"
            return unhealthy(NAME, found, f"{remedy}; who could read keys may have them")
        return warning(NAME, f"only a closed folder keeps others from {_listed(bare, folder)}", remedy)
    if foreign:
        found = f"{_listed(foreign, folder)} belongs to another account"
        return warning(NAME, found, "`chown -R` .ops and .venv to one account, and stay with it")
    return healthy(NAME, "only this account can enter")


def exposed(folder: Path) -> Iterator[Path]:
    """Secrets and keys whose mode lets others in, and the folder itself when the one above is open too."""
    if _open(folder) and _open(folder.parent):
        yield folder
    for place in (folder / "secrets", folder / "certs"):
        for each in sorted(place.rglob("*")) if place.exists() else ():
            if each.is_file() and not each.is_symlink() and each.name not in PUBLIC and _open(each):
                yield each


def _open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def _listed(paths: list[Path], folder: Path) -> str:
    names = [str(path.relative_to(folder.parent)) for path in paths[:SHOWN]]
    return ", ".join(names) + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")
