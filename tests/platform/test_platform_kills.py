"""`./ops up`, from nothing and over a running platform, killed at moments that a seed chooses.

`BEM_KILLS=20 BEM_SEED=7 ./ops test tests/platform/test_platform_kills.py` tries more of them, and others.
"""

import os
import random
import signal
import subprocess

import pytest

from operation.stack import ROOT
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform

KILLS = int(os.environ.get("BEM_KILLS", "2"))
SEED = int(os.environ.get("BEM_SEED", "5"))
EARLIEST, LATEST = 1.0, 14.0
"""Seconds after the start: from before Pulumi begins until the services become healthy."""


def killed(deployment: Deployment, moments: random.Random) -> None:
    """Starts `./ops up` and kills it with all its children."""
    process = deployment.start(str(ROOT / "ops"), "up", "--skip-backup")
    try:
        output, _ = process.communicate(timeout=moments.uniform(EARLIEST, LATEST))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    else:
        assert process.returncode == 0, output


def ends_well(deployment: Deployment) -> None:
    """The same command ends the work, and nothing is left over."""
    deployment.succeed("up", "--skip-backup")
    assert deployment.well()
    assert deployment.run("pulumi", "preview", "--expect-no-changes").status == 0


@pytest.fixture
def moments() -> random.Random:
    """The same ones for the same seed."""
    return random.Random(SEED)  # noqa: S311  # no secret


def test_up_from_nothing_that_is_killed_again_and_again(another: Deployment, moments: random.Random) -> None:
    """Whatever was half made is taken over or made anew."""
    for _ in range(KILLS):
        killed(another, moments)
    ends_well(another)


def test_up_over_a_running_platform_that_is_killed_again_and_again(
    platform: Deployment, moments: random.Random
) -> None:
    """Settings change each time, so that there is something to do."""
    text = platform.stack.file.read_text()
    try:
        for number in range(KILLS):
            platform.configure(api__replicas=2 + number % 2, load_balancer__max_connections=1500 + number)
            killed(platform, moments)
        ends_well(platform)
    finally:
        platform.stack.file.write_text(text)
        platform.succeed("up", "--skip-backup")
    assert platform.well()
