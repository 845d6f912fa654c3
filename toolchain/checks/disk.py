"""Room: bytes and inodes, where Docker keeps its data and in the checkout."""

import os
from dataclasses import dataclass
from pathlib import Path

from toolchain.checks.check import Check, healthy, unhealthy, warning

GIBIBYTE = 1024**3
LEAST_BYTES, GOOD_BYTES = 2 * GIBIBYTE, 10 * GIBIBYTE
"""Docker's: images take 2 GiB, two repositories and a restore a multiple of the database."""
LEAST_CHECKOUT, GOOD_CHECKOUT = GIBIBYTE // 4, GIBIBYTE
"""The checkout's: its Python environment takes half a GiB, states and logs megabytes."""
LEAST_INODES, GOOD_INODES = 20_000, 100_000


@dataclass(frozen=True)
class Room:
    """What a file system has left for this account.

    Attributes:
        free: bytes.
        size: bytes in all.
        inodes: files that can still be made; None where the file system does not count them.
    """

    free: int
    size: int
    inodes: int | None


def room(path: Path) -> Room:
    """Of the file system that holds that path, or its nearest folder that exists.

    Raises:
        OSError: when it cannot be looked at.
    """
    while not path.exists() and path != path.parent:
        path = path.parent
    found = os.statvfs(path)
    return Room(
        free=found.f_bavail * found.f_frsize,
        size=found.f_blocks * found.f_frsize,
        inodes=found.f_favail if found.f_files else None,
    )


def verdict(name: str, path: Path, has: Room, least: int = LEAST_BYTES, good: int = GOOD_BYTES) -> Check:
    """Whether that is enough."""
    found = f"{has.free / GIBIBYTE:.1f} of {has.size / GIBIBYTE:.1f} GiB free"
    if has.inodes is not None and has.inodes < GOOD_INODES:
        found += f", {has.inodes} inodes"
    remedy = f"make room on the disk of {path}"
    if has.free < least or (has.inodes is not None and has.inodes < LEAST_INODES):
        return unhealthy(name, found, remedy)
    if has.free < good or (has.inodes is not None and has.inodes < GOOD_INODES):
        return warning(name, found, f"{remedy} soon")
    return healthy(name, found)


def of_docker(root: str) -> Check:
    """Where Docker keeps its data; an engine elsewhere keeps it where we cannot look."""
    name, path = "Docker's disk", Path(root or "/var/lib/docker")
    if not path.exists():
        return warning(name, f"{path} is not on this host", "look at the disk of the engine's own host")
    return verdict(name, path, room(path))


def of_checkout(path: Path) -> Check:
    """Where the checkout, its state and its Python environment lie."""
    return verdict("checkout's disk", path, room(path), LEAST_CHECKOUT, GOOD_CHECKOUT)


def of_cache(path: Path) -> Check:
    """Where downloads and builds are kept for all checkouts."""
    return verdict("cache's disk", path, room(path), LEAST_CHECKOUT, GOOD_CHECKOUT)
