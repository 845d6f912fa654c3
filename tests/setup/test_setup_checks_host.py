"""The doctor's checks of a host: each verdict, both ways, over a host that only pretends."""

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from toolchain.checks import cgroups, clock, disk, engine, kernel, swarm
from toolchain.checks.check import Verdict
from toolchain.checks.disk import GIBIBYTE, Room
from toolchain.checks.engine import Answer

HEALTHY, WARNING, UNHEALTHY = Verdict.HEALTHY, Verdict.WARNING, Verdict.UNHEALTHY
MANAGER: Mapping[str, Any] = {
    "LocalNodeState": "active",
    "ControlAvailable": True,
    "NodeAddr": "127.0.0.1",
    "Managers": 1,
    "Nodes": 1,
    "Cluster": {"CreatedAt": "2026-11-25T03:02:18.241628787Z"},
}
NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "verdict"), [("20.10.24+dfsg1", HEALTHY), ("29.0.1", HEALTHY), ("19.03.8", UNHEALTHY)]
)
def test_old_engine(said: str, verdict: Verdict) -> None:
    """Releases that were tried pass; older ones say how to get a newer one."""
    assert engine.server({"ServerVersion": said}).verdict is verdict


@pytest.mark.parametrize(
    ("driver", "verdict", "words"),
    [("overlay2", HEALTHY, ""), ("vfs", WARNING, "slow"), ("aufs", WARNING, "never tried")],
)
def test_storage_driver(driver: str, verdict: Verdict, words: str) -> None:
    """The driver vfs works and is slow: a warning that says so."""
    check = engine.storage({"Driver": driver, "DriverStatus": [["Backing Filesystem", "extfs"]]})
    assert check.verdict is verdict
    assert check.found == f"{driver} on extfs"
    assert words in check.remedy


@pytest.mark.parametrize(("size", "verdict"), [(1, UNHEALTHY), (3, WARNING), (8, HEALTHY)])
def test_memory(size: int, verdict: Verdict) -> None:
    """Too little to run, enough to serve, enough for a drill beside it."""
    assert engine.memory({"MemTotal": size * GIBIBYTE}, GIBIBYTE).verdict is verdict


def test_engine_that_lacks_something() -> None:
    """What services need is unhealthy, other complaints of the engine's own are a warning."""
    assert engine.limits({"MemoryLimit": True, "Warnings": None}).verdict is HEALTHY
    assert "memory limits" in engine.limits({"MemoryLimit": False}).found
    assert engine.limits({"IPv4Forwarding": False}).verdict is UNHEALTHY
    assert engine.limits({"Warnings": ["WARNING: No swap limit support"]}).verdict is WARNING


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({}, HEALTHY, "as set-up makes it"),
        ({"NodeAddr": "10.0.0.7", "Managers": 3, "Nodes": 5}, HEALTHY, "made or joined by hand"),
        ({"Managers": 2}, WARNING, "2 of 1"),
        ({"Cluster": {"CreatedAt": "2031-01-01T00:00:00Z"}}, WARNING, "manager"),
    ],
)
def test_swarm_that_can_be_used(change: dict[str, Any], verdict: Verdict, words: str) -> None:
    """A manager of any Swarm can be used, whoever made it; what is odd about one is said."""
    check = swarm.membership({"Swarm": {**MANAGER, **change}}, NOW)
    assert check is not None
    assert check.verdict is verdict
    assert words in check.found
    assert bool(check.remedy) is (verdict is not HEALTHY)


@pytest.mark.parametrize(
    "change", [{"ControlAvailable": False}, {"LocalNodeState": "inactive"}, {"LocalNodeState": "locked"}]
)
def test_swarm_that_cannot_be_used_is_told_once(change: dict[str, Any]) -> None:
    """The part of the toolchain says what is wrong with it and what to do."""
    assert swarm.membership({"Swarm": {**MANAGER, **change}}, NOW) is None


@pytest.mark.parametrize(
    ("status", "keeper", "verdict"),
    [(0, "", HEALTHY), (0x40, "", WARNING), (0x40, "chronyd", WARNING), (None, "", WARNING)],
)
def test_clock_that_nobody_keeps(status: int | None, keeper: str, verdict: Verdict) -> None:
    """The kernel's flag says it; a time service that runs and has not succeeded is named."""
    check = clock.synchronised(status, keeper)
    assert check.verdict is verdict
    assert keeper in check.found


def test_kernel_tells_of_its_clock() -> None:
    """The real call gives flags, and no time service has an impossible name."""
    status = clock.kernel_status()
    assert status is None or 0 <= status < 0x10000
    assert len(clock.keeper()) < 16


@pytest.mark.parametrize(
    ("theirs", "apart", "verdict"),
    [
        ("2026-11-25T10:00:00.500000000Z", 0.0, HEALTHY),
        ("2026-11-25T10:00:02.000000000Z", 1.0, HEALTHY),
        ("2026-11-25T10:00:11.000000000Z", 10.0, WARNING),
        ("2026-11-25T09:58:00.000000000Z", -120.0, UNHEALTHY),
        ("", None, WARNING),
    ],
)
def test_engine_with_another_clock(theirs: str, apart: float | None, verdict: Verdict) -> None:
    """The time that the question itself took is no skew; seconds are named, a minute is too much."""
    asked = datetime(2026, 11, 25, 10, tzinfo=UTC).timestamp()
    answer = Answer({"SystemTime": theirs}, asked, asked + 1)
    assert clock.skew(answer) == apart
    assert clock.agreement(answer).verdict is verdict


@pytest.mark.parametrize(
    ("free", "inodes", "verdict"),
    [
        (50 * GIBIBYTE, 10**6, HEALTHY),
        (50 * GIBIBYTE, None, HEALTHY),
        (5 * GIBIBYTE, 10**6, WARNING),
        (50 * GIBIBYTE, 50_000, WARNING),
        (GIBIBYTE, 10**6, UNHEALTHY),
        (50 * GIBIBYTE, 100, UNHEALTHY),
    ],
)
def test_room(free: int, inodes: int | None, verdict: Verdict) -> None:
    """Bytes and inodes run out separately; file systems without inodes have no such limit."""
    assert disk.verdict("disk", Path("/x"), Room(free, 100 * GIBIBYTE, inodes)).verdict is verdict


def test_room_is_of_the_nearest_folder(tmp_path: Path) -> None:
    """A folder that does not exist yet will be made on the disk of the one above; nothing is made."""
    assert disk.room(tmp_path / "not" / "there").size == disk.room(tmp_path).size > 0
    assert list(tmp_path.iterdir()) == []
    assert disk.of_docker(str(tmp_path / "elsewhere")).verdict is WARNING


def test_cgroups_of_both_versions(tmp_path: Path) -> None:
    """The unified tree counts when it is one; else the list with its column of switches."""
    first, second = tmp_path / "cgroups", tmp_path / "controllers"
    assert cgroups.verdict(*cgroups.controllers(first, second)).verdict is WARNING
    first.write_text(
        "#subsys_name\thierarchy\tnum\tenabled\ncpu 1 1 1\ncpuset 2 1 1\nmemory 3 1 0\npids 4 1 1\n"
    )
    version, switched_on = cgroups.controllers(first, second)
    assert version == "1"
    check = cgroups.verdict(version, switched_on)
    assert check.verdict is UNHEALTHY
    assert "memory" in check.found
    second.write_text("cpuset cpu io memory pids\n")
    assert cgroups.verdict(*cgroups.controllers(first, second), {"CgroupVersion": "2"}).verdict is HEALTHY
    assert cgroups.verdict(*cgroups.controllers(first, second), {"CgroupVersion": "1"}).verdict is WARNING


def test_kernel_tells_by_modules_or_options(tmp_path: Path) -> None:
    """Loaded, loadable, built in, or an option: any will do; without any list nobody knows."""
    here = kernel.Kernel("6.1", tmp_path)
    assert set(kernel.abilities(here).values()) == {"unknown"}
    assert kernel.features(kernel.abilities(here), "6.1").verdict is WARNING
    (tmp_path / "sys/module/overlay").mkdir(parents=True)
    modules = tmp_path / "lib/modules/6.1"
    modules.mkdir(parents=True)
    (modules / "modules.builtin").write_text("kernel/net/bridge/bridge.ko\nkernel/drivers/net/veth.ko\n")
    (modules / "modules.dep").write_text("kernel/drivers/net/vxlan.ko.xz: kernel/net/a.ko.xz\n")
    check = kernel.features(kernel.abilities(here), "6.1")
    assert check.verdict is UNHEALTHY
    assert check.found == "6.1 without nf_nat, xt_MASQUERADE, xt_addrtype"
    (tmp_path / "proc").mkdir()
    options = "CONFIG_NF_NAT=m\nCONFIG_NETFILTER_XT_TARGET_MASQUERADE=y\n# CONFIG_IP_VS is not set\n"
    (tmp_path / "proc/config.gz").write_bytes(gzip.compress(options.encode()))
    assert kernel.features(kernel.abilities(here), "6.1").found == "6.1 without xt_addrtype"
    options += "CONFIG_NETFILTER_XT_MATCH_ADDRTYPE=y\n"
    (tmp_path / "proc/config.gz").write_bytes(gzip.compress(options.encode()))
    assert kernel.features(kernel.abilities(here), "6.1").verdict is HEALTHY


def test_vfs_needs_no_overlay_and_docker_needs_iptables() -> None:
    """What the engine does without is not asked for."""
    found = {"overlay": "lacking", "bridge": "there"}
    assert kernel.features(found, "6.1").verdict is UNHEALTHY
    assert kernel.features(found, "6.1", vfs=True).verdict is HEALTHY
    assert kernel.firewall("/usr/sbin/iptables").verdict is HEALTHY
    assert kernel.firewall(None).verdict is UNHEALTHY
