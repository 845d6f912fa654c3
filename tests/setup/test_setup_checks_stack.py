"""The doctor's checks of a stack: each verdict, both ways, and nothing is made by looking."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certs.ca.authority import authority
from operation.custodian import CA_PASSPHRASE
from operation.stack import Stack
from toolchain.checks import authority as ca
from toolchain.checks import permissions, ports, state, versions
from toolchain.checks.check import Verdict

HEALTHY, WARNING, UNHEALTHY = Verdict.HEALTHY, Verdict.WARNING, Verdict.UNHEALTHY
WANTED = {"https_port": 8443, "http_port": 8080}


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack with an authority."""
    found = Stack("test-doctor", tmp_path, given={})
    authority(found)
    return found


@pytest.mark.parametrize(
    ("busy", "own", "verdict", "words"),
    [
        (frozenset(), frozenset(), HEALTHY, "8443 free"),
        (frozenset((8443, 8080)), frozenset((8443, 8080)), HEALTHY, "8080 held by this stack"),
        (frozenset((8443,)), frozenset(), UNHEALTHY, "8443 taken"),
        (frozenset((8443,)), None, WARNING, "8443 taken"),
    ],
)
def test_ports(busy: frozenset[int], own: frozenset[int] | None, verdict: Verdict, words: str) -> None:
    """Free and our own are fine; somebody else's names the key; without Docker nobody knows whose."""
    check = ports.verdict(WANTED, busy, own)
    assert check.verdict is verdict
    assert words in check.found
    assert ("bem:load_balancer.https_port" in check.remedy) is (verdict is UNHEALTHY)


def test_state_that_is_cut_short_or_without_its_passphrase(tmp_path: Path) -> None:
    """None yet, cut short, no passphrase, whole."""
    file, passphrase = tmp_path / "x.json", tmp_path / "pulumi-passphrase"
    assert state.verdict(file, passphrase, "x").verdict is HEALTHY
    text = json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [{}, {}]}}})
    file.write_text(text[:30])
    assert "cut short" in state.verdict(file, passphrase, "x").found
    file.write_text(text)
    assert state.verdict(file, passphrase, "x").verdict is UNHEALTHY
    passphrase.write_text("word\n")
    check = state.verdict(file, passphrase, "x")
    assert check.verdict is HEALTHY
    assert check.found == "whole, 2 resources"


def test_authority_that_can_sign(stack: Stack) -> None:
    """A new one says how long both of its certificates live."""
    (check,) = ca.look(stack)
    assert check.verdict is HEALTHY
    assert check.found.startswith("root 365")


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (lambda stack: (stack.folder / "certs/issuing.key").unlink(), "issuing.key is gone"),
        (lambda stack: (stack.folder / "certs/root.pem").write_text("-----"), "root.pem is no certificate"),
        (
            lambda stack: (stack.folder / "secrets" / CA_PASSPHRASE).write_text("x"),
            "does not open issuing.key",
        ),
        (lambda stack: (stack.folder / "secrets" / CA_PASSPHRASE).unlink(), f"{CA_PASSPHRASE} is gone"),
    ],
)
def test_authority_that_cannot(stack: Stack, breaks: object, words: str) -> None:
    """A lost key, a broken file, a wrong or lost passphrase are named; none is made anew."""
    assert callable(breaks)
    breaks(stack)
    (check,) = ca.look(stack)
    assert check.verdict is UNHEALTHY
    assert words in check.found


@pytest.mark.parametrize(("days", "verdict"), [(1000, HEALTHY), (100, WARNING), (0, UNHEALTHY)])
def test_authority_that_grows_old(days: int, verdict: Verdict) -> None:
    """A leaf must not outlive its issuer; an expired one verifies nowhere."""
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert ca.aged(now + timedelta(3000), now + timedelta(days), now).verdict is verdict


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    """A stack that was never deployed has no folder afterwards either."""
    fresh = Stack("test-fresh", tmp_path)
    assert ca.look(fresh)[0].verdict is HEALTHY
    assert permissions.look(fresh)[0].verdict is HEALTHY
    assert not fresh.folder.exists()


def test_permissions(stack: Stack) -> None:
    """Closed; a key that only the folder hides; a key that others can read; somebody else's."""
    account, key = os.geteuid(), stack.folder / "certs/root.key"
    assert permissions.verdict(stack.folder, account).verdict is HEALTHY
    assert permissions.verdict(stack.folder, account + 1).verdict is WARNING
    key.chmod(0o640)
    check = permissions.verdict(stack.folder, account)
    assert check.verdict is WARNING
    assert "test-doctor/certs/root.key" in check.found
    stack.folder.chmod(0o755)
    assert permissions.verdict(stack.folder, account).verdict is WARNING
    stack.folder.parent.chmod(0o755)
    check = permissions.verdict(stack.folder, account)
    assert check.verdict is UNHEALTHY
    assert "chmod -R go=" in check.remedy


def test_folders_between_are_closed_too(tmp_path: Path) -> None:
    """The stack's own folder, made on the way to one below it, is nobody else's to enter."""
    made = Stack("test-between", tmp_path).make_folder("secrets", "deep")
    assert [path.stat().st_mode & 0o777 for path in (made, made.parent, made.parents[1])] == [0o700] * 3


def test_releases_that_belong_together(tmp_path: Path) -> None:
    """The environment and a plugin on PATH are of the pinned release, or it is said which are."""
    assert versions.packages(versions.installed()).verdict is HEALTHY
    check = versions.packages({"pulumi": "3.100.0", "pulumi-docker": ""})
    assert check.verdict is UNHEALTHY
    assert "pulumi 3.100.0, pulumi-docker missing" in check.found
    program = tmp_path / "pulumi-resource-docker"
    assert versions.docker_plugin(None, "").verdict is HEALTHY
    assert versions.docker_plugin(program, "v5.2.0").verdict is HEALTHY
    assert versions.docker_plugin(program, "4.5.8").verdict is WARNING
    assert versions.plugin_version(program) == ""
