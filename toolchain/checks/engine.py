"""Docker Engine's own words about itself: version, storage, memory, what its kernel cannot do."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolchain.checks.check import Check, healthy, unhealthy, warning
from toolchain.version import numbers

OLDEST = (20, 10)
"""The release that everything here was tried with first."""
FAST_DRIVERS = frozenset(("overlay2", "overlayfs", "btrfs", "zfs"))
GIBIBYTE = 1024**3
LEAST_MEMORY, GOOD_MEMORY = 2 * GIBIBYTE, 4 * GIBIBYTE
"""Bytes: the services take about 1 GiB; a restore runs a second database, a drill a second platform."""
ASK_SECONDS = 2.0


@dataclass(frozen=True)
class Answer:
    """What `docker info` said.

    Attributes:
        info: as the engine's API has it.
        before: seconds since the epoch by our clock when it was asked.
        after: when it had answered.
    """

    info: Mapping[str, Any]
    before: float
    after: float


def asked() -> Answer:
    """Asks the engine.

    Raises:
        Failure: when it does not answer.
    """
    from operation.containers import client  # noqa: PLC0415  # the Docker SDK: 0.2 s

    connection = client(timeout=ASK_SECONDS)
    before = time.time()
    return Answer(connection.info(), before, time.time())


def server(info: Mapping[str, Any]) -> Check:
    """Its release."""
    name, said = "Docker server", str(info.get("ServerVersion") or "unknown")
    if numbers(said)[:2] < OLDEST:
        least = ".".join(map(str, OLDEST))
        return unhealthy(name, said, f"older than {least}: install the host's newer docker.io")
    return healthy(name, said)


def storage(info: Mapping[str, Any]) -> Check:
    """The driver that holds images and containers' layers."""
    name, driver = "storage driver", str(info.get("Driver") or "unknown")
    backing = dict(info.get("DriverStatus") or ()).get("Backing Filesystem", "")
    found = f"{driver} on {backing}" if backing else driver
    if driver in FAST_DRIVERS:
        return healthy(name, found)
    if driver == "vfs":
        return warning(
            name,
            found,
            "slow, and each layer is a whole copy: put Docker's data on a file system that overlay2 can use "
            '(ext4, xfs with ftype=1), set "storage-driver": "overlay2" in /etc/docker/daemon.json',
        )
    return warning(name, found, "never tried with this platform; overlay2 is the one that is")


def memory(info: Mapping[str, Any], available: int | None) -> Check:
    """What the host has, and how much of it nothing uses now; bytes, None when it does not say."""
    name, total = "memory", int(info.get("MemTotal") or 0)
    found = f"{total / GIBIBYTE:.1f} GiB"
    if available is not None:
        found += f", {available / GIBIBYTE:.1f} GiB free for use"
    if total < LEAST_MEMORY:
        return unhealthy(name, found, f"the platform needs {LEAST_MEMORY // GIBIBYTE} GiB")
    if total < GOOD_MEMORY:
        return warning(name, found, "enough to serve; a drill or a restore beside it wants 4 GiB")
    return healthy(name, found)


def limits(info: Mapping[str, Any]) -> Check:
    """What the engine says that its kernel cannot do; services have limits, and need forwarding."""
    name = "engine's abilities"
    lacking = [what for key, what in _NEEDED.items() if info.get(key) is False]
    if lacking:
        return unhealthy(name, f"without {', '.join(lacking)}", "switch it on in the kernel or with sysctl")
    complaints = [str(each).removeprefix("WARNING: ") for each in info.get("Warnings") or ()]
    if complaints:
        return warning(name, "; ".join(complaints), "the engine says so itself: see `docker info`")
    return healthy(name, "memory and CPU limits, forwarding")


_NEEDED = {
    "MemoryLimit": "memory limits",
    "CpuCfsQuota": "CPU limits",
    "IPv4Forwarding": "IPv4 forwarding (net.ipv4.ip_forward=1)",
}
