"""What an operator does every day, on a deployment that is well."""

import json
import os
import signal

import pytest

from operation.history import took
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform


def test_history_tells_of_the_first_up(platform: Deployment) -> None:
    """For a program and for a person, the same."""
    entries = platform.succeed("history", "--task", "up", "--limit", "0", "--json").json
    assert entries[0]["what"] == "up"
    assert entries[0]["outcome"] == "succeeded"
    assert took(entries[0]["seconds"]) in platform.succeed("history", "--limit", "0").stdout


def test_dry_runs_change_nothing(platform: Deployment) -> None:
    """Said, with exit status 0, and not audited."""
    before = platform.succeed("history", "--json").json
    assert "nothing changed" in platform.succeed("up", "--dry-run").stdout
    removed = platform.succeed("down", "--dry-run", "--json").json["would_remove"]
    assert f"service {platform.name}_database" in removed
    assert platform.succeed("certs.renew", "--party", "api", "--dry-run", "--json").json[0]["party"] == "api"
    assert platform.succeed("history", "--json").json == before
    assert platform.well()


def test_watched_status_ends_by_ctrl_c(platform: Deployment) -> None:
    """The first look is printed at once; leaving is no failure."""
    with platform.start("invoke", "status", "--watch", "--interval", "1", "--json") as watching:
        try:
            assert watching.stdout is not None
            first = json.loads(watching.stdout.readline())
            os.kill(watching.pid, signal.SIGINT)
            assert watching.wait(30) == 0
        finally:
            watching.kill()
    assert {each["name"] for each in first["services"]} >= {"api", "database", "load-balancer"}


def test_logs_for_a_program(platform: Deployment) -> None:
    """Each line is an object with its service."""
    lines = platform.succeed("logs", "all", "--tail", "3", "--json").stdout.splitlines()
    assert {json.loads(line)["service"] for line in lines} >= {"api", "database"}
