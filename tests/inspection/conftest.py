"""A container that looks like a Swarm task of a stack, without a deployment."""

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from infra.tls import CARRIER_IMAGE
from operation.stack import ROOT, Stack

Said = subprocess.CompletedProcess[str]
WRITES = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack's file of the checkout, its folder gone afterwards."""
    name = f"test-look-{secrets.token_hex(3)}"
    file = ROOT / f"Pulumi.{name}.yaml"
    lines = (ROOT / "Pulumi.local.yaml").read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("encryptionsalt")))
    try:
        yield Stack(name)
    finally:
        file.unlink()
        subprocess.run(("rm", "-rf", str(ROOT / ".ops" / name)), check=True)


@pytest.fixture(scope="module")
def replica(stack: Stack) -> Iterator[Callable[[str, int], Any]]:
    """Starts a container that is a replica of a service, and writes a line five times a second."""
    engine = docker.from_env()
    made = []

    def start(role: str, number: int) -> Any:
        labels = {
            "bem.stack": stack.name,
            "bem.role": role,
            "com.docker.swarm.task.name": f"{stack.name}_{role}.{number}.abc",
        }
        found = engine.containers.run(
            CARRIER_IMAGE, ["sh", "-c", WRITES], detach=True, init=True, labels=labels, network_mode="none"
        )
        made.append(found)
        return found

    yield start
    for each in made:
        each.remove(force=True)


@pytest.fixture(scope="module")
def environment(stack: Stack) -> dict[str, str]:
    """Of a person's shell."""
    path = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PULUMI_STACK": stack.name}


@pytest.fixture(scope="module")
def invoke(environment: dict[str, str]) -> Callable[..., Said]:
    """Types a command, with that on standard input."""

    def typed(*words: str, given: str = "") -> Said:
        argv = ("invoke", *words)
        return subprocess.run(
            argv,
            cwd=Path(ROOT),
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return typed
