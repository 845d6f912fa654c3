"""Control groups: how limits on memory, CPU and processes reach the kernel."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolchain.checks.check import Check, healthy, unhealthy, warning

NEEDED = ("cpu", "cpuset", "memory", "pids")
"""Services limit memory, Docker the rest; without one of these it starts no container with a limit."""
FIRST, SECOND = Path("/proc/cgroups"), Path("/sys/fs/cgroup/cgroup.controllers")


def controllers(first: Path = FIRST, second: Path = SECOND) -> tuple[str, frozenset[str]]:
    """Version and controllers that are switched on: by the unified tree, else by the old list."""
    try:
        return "2", frozenset(second.read_text().split())
    except OSError:
        pass
    try:
        rows = [line.split() for line in first.read_text().splitlines() if not line.startswith("#")]
    except OSError:
        return "", frozenset()
    return "1", frozenset(row[0] for row in rows if len(row) > 3 and row[3] == "1")  # noqa: PLR2004  # its columns


def verdict(version: str, switched_on: frozenset[str], info: Mapping[str, Any] | None = None) -> Check:
    """Whether all that containers need is there."""
    name, driver = "cgroups", str((info or {}).get("CgroupDriver") or "")
    if not version:
        return warning(name, "the kernel lists none", "mount /sys/fs/cgroup; Docker needs it")
    found = f"version {version}" + (f", driver {driver}" if driver else "")
    lacking = [each for each in NEEDED if each not in switched_on]
    if lacking:
        remedy = (
            "switch them on (kernel command line: `cgroup_enable=memory`, or the parent's subtree_control)"
        )
        return unhealthy(name, f"{found}, without {', '.join(lacking)}", remedy)
    theirs = str((info or {}).get("CgroupVersion") or version)
    if theirs != version:
        return warning(name, f"{found}; the engine uses version {theirs}", "restart Docker, or the host")
    return healthy(name, found)
