"""Faults while operations run: each ends in one message, and the same command works afterwards."""

import os
import signal
import subprocess

import docker
import pytest

from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment, awaited

pytestmark = pytest.mark.platform


def kill(process: "subprocess.Popen[str]") -> None:
    """Kills a command and all its children at once, as power loss would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def pulumi_is_at_work(deployment: Deployment) -> bool:
    """Whether Pulumi holds the stack's state."""
    return any((deployment.stack.folder / "pulumi" / ".pulumi" / "locks").rglob("*.json"))


def replicas_healthy(deployment: Deployment, role: str) -> int:
    """Healthy containers of a role."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}={role}"]
    found = docker.from_env().containers.list(filters={"label": labels, "health": "healthy"})
    return len(found)


def test_two_at_once(platform: Deployment) -> None:
    """The second is told which one is at work, and ends at once with status 3."""
    first = platform.start("invoke", "up")
    lock = platform.stack.folder / "lock"
    awaited(lambda: str(first.pid) in lock.read_text(), 30, "the first up's lock")
    second = platform.invoke("up")
    output, _ = first.communicate()
    assert second.status == 3
    assert f"`up` (process {first.pid}" in second.words
    assert first.returncode == 0, output


def test_a_service_that_does_not_start_fails_up_with_its_own_words(platform: Deployment) -> None:
    """PostgreSQL's own error and last lines; the next `up` with right settings repairs it."""
    text = platform.stack.file.read_text()
    platform.configure(database__shared_buffers="900GB")
    try:
        said = platform.invoke("up", "--skip-backup", seconds=300)
    finally:
        platform.stack.file.write_text(text)
    assert said.status == 1
    assert "database" in said.words
    assert "could not map anonymous shared memory" in said.words
    assert "Traceback" not in said.words
    platform.succeed("up", "--skip-backup")
    assert awaited(platform.well, 60, "the platform's return")


def test_what_was_changed_by_hand_is_repaired(platform: Deployment) -> None:
    """Status says what is wrong and that `up` repairs it; it does."""
    platform.run("docker", "service", "scale", "--detach", f"{platform.name}_api=0")
    awaited(lambda: replicas_healthy(platform, "api") == 0, 60, "the end of the api")
    status = platform.invoke("status")
    assert status.status == 1
    assert "api: 0 of" in status.words
    platform.succeed("up", "--skip-backup")
    assert awaited(platform.well, 60, "the api's return")


def test_an_up_that_is_interrupted_says_so(platform: Deployment) -> None:
    """Ctrl-C: status 130, one sentence, and the next one works."""
    text = platform.stack.file.read_text()
    platform.configure(load_balancer__max_connections=1800)
    try:
        first = platform.start("invoke", "up", "--skip-backup")
        awaited(lambda: pulumi_is_at_work(platform), 60, "Pulumi's work")
        os.killpg(first.pid, signal.SIGINT)
        output, _ = first.communicate(timeout=240)
        assert first.returncode == 130, output
        assert "interrupted" in output
        assert "Traceback" not in output
    finally:
        platform.stack.file.write_text(text)
        platform.succeed("up", "--skip-backup")
    assert awaited(platform.well, 60, "the platform's return")


@pytest.mark.long
def test_s3_that_does_not_answer(platform: Deployment) -> None:
    """The local repository goes on, status and the backup name the other one, and all heals by itself."""
    platform.run("docker", "service", "scale", "--detach", f"{platform.name}_object-store=0")
    try:
        awaited(lambda: replicas_healthy(platform, "object-store") == 0, 60, "the end of the object store")
        backup = platform.invoke("backup")
        assert backup.status == 1
        assert "the backup into s3 failed" in backup.words
        assert "local: " in backup.words
        status = platform.invoke("status")
        assert status.status == 1
        assert "repository s3 does not answer" in status.words
        assert platform.write("while S3 is away")
    finally:
        platform.succeed("up", "--skip-backup")
    platform.faultless(90)
    platform.succeed("backup", "--repo", "s3")


@pytest.mark.long
def test_down_keeps_the_data_and_up_brings_it_back(platform: Deployment) -> None:
    """What goes is said first; rows are there again afterwards."""
    platform.write("before down")
    planned = platform.succeed("down", "--dry-run").stdout
    assert f"service {platform.name}_api" in planned
    assert "volume" not in planned
    platform.succeed("down", "--yes")
    label = {"label": f"{LABEL_STACK}={platform.name}"}
    assert not docker.from_env().services.list(filters=label)
    assert "nothing of this stack runs" in platform.invoke("status").words
    platform.succeed("up")
    assert awaited(platform.well, 60, "the platform's return")
    assert "before down" in platform.names()


def _made(deployment: Deployment, kind: str) -> bool:
    label = {"label": f"{LABEL_STACK}={deployment.name}"}
    engine = docker.from_env()
    return bool(getattr(engine, f"{kind}s").list(filters=label))
