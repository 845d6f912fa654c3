"""All questions about the host."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from operation.failure import Failure
from operation.stack import ROOT
from toolchain import cache
from toolchain.checks import cgroups, clock, disk, engine, kernel, swarm
from toolchain.checks.check import Check
from toolchain.checks.question import Question

GROUP = "host"
KIBIBYTE = 1024


def questions() -> tuple[Question, ...]:
    """What to ask; those of one question share one look at Docker."""
    return (
        Question(GROUP, "Docker's own words", of_engine),
        Question(GROUP, "clock is kept", lambda: [clock.synchronised(clock.kernel_status(), clock.keeper())]),
        Question(GROUP, "kernel", of_kernel),
        Question(GROUP, "checkout's disk", lambda: [disk.of_checkout(ROOT)]),
        Question(GROUP, "cache's disk", lambda: [disk.of_cache(cache.folder())]),
    )


def of_engine() -> Sequence[Check]:
    """All that one `docker info` tells."""
    answer = engine.asked()
    info = answer.info
    shape = swarm.membership(info)
    return (
        engine.server(info),
        engine.storage(info),
        *((shape,) if shape else ()),
        engine.memory(info, available()),
        engine.limits(info),
        clock.agreement(answer),
        disk.of_docker(str(info.get("DockerRootDir") or "")),
    )


def of_kernel() -> Sequence[Check]:
    """Needs no Docker; with one, its storage says whether overlay is needed."""
    info: Mapping[str, Any]
    try:
        info = engine.asked().info
    except Failure:
        info = {}
    here = kernel.running()
    found = kernel.abilities(here)
    return (
        kernel.features(found, here.release, vfs=info.get("Driver") == "vfs"),
        kernel.firewall(shutil.which("iptables")),
        cgroups.verdict(*cgroups.controllers(), info),
    )


def available(file: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes of memory that a new program could have, or None."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) * KIBIBYTE if found else None
