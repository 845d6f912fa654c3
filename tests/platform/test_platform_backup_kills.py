"""Backups, proofs, rescues, marks and restores killed at moments that a seed chooses: nothing is lost.

`BEM_BACKUP_KILLS=8 BEM_SEED=7 ./ops test --long tests/platform/test_platform_backup_kills.py` tries other
ones, eight of each command.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable

import docker
import pytest

from operation.stack import LABEL_STACK
from tests.platform.deployment import Deployment, awaited
from tests.platform.test_platform_restore import scratches
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("backup-kills")]

KILLS = int(os.environ.get("BEM_BACKUP_KILLS", "4"))
"""Of each of the five commands: twenty in all."""
SEED = int(os.environ.get("BEM_SEED", "5"))
RESCUED, MARK = "items_then", "before-the-rescues"

Words = Callable[[int], tuple[str, ...]]
COMMANDS: dict[str, Words] = {
    "backup": lambda _: ("backup", "--type", "full"),
    "backup.verify": lambda _: ("backup.verify",),
    "backup.rescue": lambda number: (
        *("backup.rescue", "--table", "items", "--to-mark", MARK),
        *("--to-table", f"{RESCUED}_{number}"),
    ),
    "backup.mark": lambda number: ("backup.mark", f"killed-{number}"),
    "restore": lambda _: ("restore", "--latest", "--yes"),
}


@pytest.fixture
def marked(first_up: tuple[Deployment, str]) -> Deployment:
    """The deployment with a row."""
    deployment, _ = first_up
    if "before" not in deployment.names():
        deployment.write("before")
    return deployment


def prepared(deployment: Deployment, command: str) -> None:
    """Makes the mark that a rescue goes to, reached by both repositories; full backups expired older ones."""
    if command == "backup.rescue":
        deployment.succeed("backup.mark", MARK)
        awaited(lambda: len(deployment.succeed("backup.marks", "--json").json[-1]["in"]) > 1, 60, "archiving")


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_again_and_again(marked: Deployment, command: str) -> None:
    """After each kill the same command works at once; rows are all there, and scratches are gone."""
    moments = random.Random(f"{SEED} {command}")  # noqa: S311  # no secret
    prepared(marked, command)
    usual = _seconds(marked, COMMANDS[command](0))
    with Writer(marked, command) as writer:
        for number in range(1, KILLS + 1):
            moment = moments.uniform(0.3, 0.95) * usual
            try:
                killed(marked, COMMANDS[command](number), moment)
                goes_on(marked, COMMANDS[command](number), number)
                assert set(writer.acknowledged) <= set(marked.names())
            except AssertionError as error:
                story = f"BEM_SEED={SEED}: kill {number} of {command}, {moment:.3f} s of {usual:.1f} s"
                raise AssertionError(f"{story}: {error}") from error
    marked.faultless(120)


def killed(deployment: Deployment, words: tuple[str, ...], moment: float) -> None:
    """Starts it and kills it with all its children; when it was faster, it has to have succeeded."""
    process = deployment.start("invoke", *words)
    try:
        output, _ = process.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    else:
        assert process.returncode == 0, output


def goes_on(deployment: Deployment, words: tuple[str, ...], number: int) -> None:
    """The same command, or one that says that it was done; then nothing is left over."""
    said = deployment.invoke(*words)
    done_before = said.status == 2 and "already" in said.words
    assert said.status == 0 or done_before, said.words
    assert "Traceback" not in said.words
    assert not scratches(deployment)
    assert not scratch_volumes(deployment), f"after kill {number}"
    assert awaited(deployment.well, 60, "service")


def scratch_volumes(deployment: Deployment) -> list[str]:
    """Names of volumes that scratches had."""
    found = docker.from_env().volumes.list(filters={"label": f"{LABEL_STACK}={deployment.name}"})
    kinds = ("scratch", "preflight")
    return [each.name for each in found if each.name.removeprefix(f"{deployment.name}_").startswith(kinds)]


def _seconds(deployment: Deployment, words: tuple[str, ...]) -> float:
    """That it takes when nobody kills it."""
    started = time.monotonic()
    deployment.succeed(*words)
    return time.monotonic() - started
