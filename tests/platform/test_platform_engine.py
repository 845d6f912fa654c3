"""The Docker daemon stops and starts: the platform comes back by itself, and `up` by the next `up`.

Only for a daemon that set-up of this checkout started: nobody else's is ever stopped (see `conftest.py`).
"""

import os
import signal
import subprocess

import pytest

from operation.stack import ROOT
from tests.platform.deployment import Deployment, awaited
from tests.platform.test_platform_faults import pulumi_is_at_work
from toolchain.engine import own_daemon

pytestmark = [pytest.mark.platform, pytest.mark.engine, pytest.mark.usefixtures("alone")]


def stop() -> None:
    """Ends the daemon as a shutdown of the host does, and waits for its end."""
    pid = own_daemon()
    assert pid, "set-up of this checkout started no daemon"
    os.kill(pid, signal.SIGTERM)
    awaited(lambda: not own_daemon(), 120, "the daemon's end")


def start() -> None:
    """Set-up starts the daemon, and nothing else is to be done."""
    subprocess.run((ROOT / "ops", "setup"), cwd=ROOT, stdin=subprocess.DEVNULL, check=True, timeout=300)


def test_after_a_restart_of_the_daemon_the_platform_is_whole(platform: Deployment) -> None:
    """Nobody types a command; rows are there."""
    platform.write("before the daemon stopped")
    try:
        stop()
        assert not platform.well()
    finally:
        start()
    assert awaited(platform.well, 180, "the platform's return")
    assert "before the daemon stopped" in platform.names()
    platform.faultless(120)


def test_a_daemon_that_stops_in_the_middle_of_up(platform: Deployment) -> None:
    """One message; the same command ends the work once the daemon runs again."""
    text = platform.stack.file.read_text()
    platform.configure(load_balancer__max_connections=1700)
    try:
        try:
            first = platform.start("invoke", "up", "--skip-backup")
            awaited(lambda: pulumi_is_at_work(platform), 60, "Pulumi's work")
            stop()
            output, _ = first.communicate(timeout=240)
        finally:
            start()
        assert first.returncode == 1, output
        assert "Docker" in output
        assert "Traceback" not in output
        platform.succeed("up", "--skip-backup")
        assert platform.run("pulumi", "preview", "--expect-no-changes").status == 0
    finally:
        platform.stack.file.write_text(text)
        platform.succeed("up", "--skip-backup")
    assert awaited(platform.well, 60, "service")
