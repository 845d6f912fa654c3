"""The same stack for Docker Compose: what is written, and that Compose takes it and runs it."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from infra import probe
from infra.parties import parties
from infra.ports import free
from inspection.declared import declared
from inspection.laptop import Laptop
from inspection.translation import translated
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack
from operation.stack_file import configure
from tests.inspection.conftest import Said

pytestmark = pytest.mark.slow

Invoke = Callable[..., Said]
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"


def program() -> list[str]:
    """Docker Compose v2, as a plugin or a program; a test that needs it is skipped where there is none."""
    named = os.environ.get("BEM_TEST_COMPOSE", "")
    for argv in ([named], ["docker", "compose"], ["docker-compose"], [PLUGIN]):
        if argv[0] and shutil.which(argv[0]):
            said = subprocess.run([*argv, "version", "--short"], capture_output=True, text=True, check=False)
            if said.returncode == 0 and said.stdout.strip().lstrip("v").startswith(("2.", "3.", "4.", "5.")):
                return argv
    pytest.skip("no Docker Compose v2: Debian 13 has it as docker-compose; or set BEM_TEST_COMPOSE")


@pytest.fixture(scope="module")
def file(stack: Stack, invoke: Invoke) -> Path:
    """The stack's compose file, its ports free."""
    https, http = free(2)
    configure(stack, {"load_balancer.https_port": https, "load_balancer.http_port": http})
    said = invoke("compose", "--json")
    assert said.returncode == 0, said.stderr
    return Path(json.loads(said.stdout)["file"])


@pytest.fixture(scope="module")
def services(file: Path) -> dict[str, Any]:
    """Of that file."""
    return dict(yaml.safe_load(file.read_text())["services"])


def test_same_services(stack: Stack, services: dict[str, Any]) -> None:
    """Every party of the stack, and two that run once before them."""
    roles = {party.role for party in parties(Stack(stack.name).settings)}
    assert set(services) == roles | {"prepare", "initialise"}
    assert services["api"]["deploy"]["replicas"] == 2
    assert services["api"]["depends_on"]["migrations"] == {"condition": "service_completed_successfully"}
    assert services["migrations"]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert services["database"]["depends_on"]["initialise"]["condition"] == "service_completed_successfully"


def test_as_hardened_as_in_swarm(file: Path, services: dict[str, Any]) -> None:
    """Unprivileged, read-only, pairs of networks that lead nowhere; only the load balancer has ports."""
    assert all(each["read_only"] and each["cap_drop"] == ["ALL"] for each in services.values())
    assert [name for name, each in services.items() if each["user"] == "0:0"] == ["prepare"]
    assert [name for name, each in services.items() if "ports" in each] == ["load-balancer"]
    networks = yaml.safe_load(file.read_text())["networks"]
    assert [name for name, each in networks.items() if not each.get("internal")] == ["outside"]


def test_no_secret_in_the_file(stack: Stack, file: Path) -> None:
    """Nor where others can read it."""
    text = file.read_text()
    values = [each.read_text().strip() for each in (stack.folder / "secrets").iterdir()]
    assert len(values) > 5
    assert [value for value in values if value in text] == []
    beside = [each for each in file.parent.rglob("*") if each.is_file()]
    secret = [each for each in beside if each.name == "key.pem" or each.parent.name == "secrets"]
    assert len(secret) > 10
    assert {stat.S_IMODE(each.stat().st_mode) for each in secret} == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (file.parent / "configs").iterdir()} == {0o644}


def test_database_keeps_no_wal_for_backups(file: Path) -> None:
    """Else an idle laptop fills with 16 MB every `archive_timeout`."""
    lines = (file.parent / "configs" / "postgresql.conf").read_text().splitlines()
    assert [line for line in lines if line.startswith("archive_mode")][-1] == "archive_mode = off"


def test_file_elsewhere_finds_what_lies_beside(file: Path, invoke: Invoke, tmp_path: Path) -> None:
    """By paths relative to it; what cannot be written is said."""
    other = tmp_path / "compose.yaml"
    assert invoke("compose", "--output", str(other)).returncode == 0
    service = yaml.safe_load(other.read_text())["services"]["cache"]
    (config,) = [each for each in service["volumes"] if each["type"] == "bind"]
    assert (tmp_path / config["source"]).resolve() == file.parent / "configs" / "redis.conf"
    context = (tmp_path / service["build"]["context"]).resolve()
    assert (context / service["build"]["dockerfile"]).resolve() == context / "Dockerfile"
    assert invoke("compose", "--output", "/proc/nowhere/compose.yaml").returncode == 1


def test_secrets_of_one_service_go_to_it_alone(stack: Stack) -> None:
    """In a volume of its own, with its uid."""
    laptop = translated(stack.name, declared(stack))
    carried = {(source, volume, uid) for source, volume, _, uid in laptop.carried}
    assert ("cache-password-api", "secrets-api", 6004) in carried
    assert custodian.secret(stack, "cache-password-api") == laptop.secrets["cache-password-api"]
    assert {uid for _, volume, uid in carried if volume == "secrets-database"} == {6001}


def test_nothing_declared_is_nothing_but_preparation() -> None:
    """The twin without a program."""
    found: Laptop = translated("none", [])
    assert list(found.services) == ["prepare"]


def test_program_that_does_not_run() -> None:
    """Is said in one sentence."""
    with pytest.raises(Failure, match="does not run"):
        declared(Stack("test-nowhere-at-all"))


def test_compose_takes_the_file(file: Path) -> None:
    """Also its conditions and options, by Compose's own check."""
    argv = [*program(), "-f", str(file), "config", "--quiet"]
    said = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def forget_images(stack: Stack) -> None:
    """By their tags; `--rmi all` would take the base image along."""
    engine = docker.from_env()
    for image in engine.images.list(filters={"reference": f"bem-*:{stack.name}-compose"}):
        for tag in image.tags:
            if tag.endswith(f":{stack.name}-compose"):
                engine.images.remove(tag)


@pytest.mark.platform
def test_it_runs(stack: Stack, file: Path, environment: dict[str, str]) -> None:
    """An item is written and read through its load balancer; a second `up` succeeds; all of it goes."""
    compose = [*program(), "-f", str(file)]
    legacy = {**environment, "DOCKER_BUILDKIT": "0"}

    def run(*words: str) -> Said:
        return subprocess.run(
            [*compose, *words], env=legacy, capture_output=True, text=True, timeout=540, check=False
        )

    try:
        for _ in range(2):
            said = run("up", "--detach")
            assert said.returncode == 0, said.stderr[-2000:]
        assert probe.asked(Stack(stack.name)).read > 0
    finally:
        run("down", "--volumes", "--timeout", "20")
        forget_images(stack)
    assert run("ps", "--all", "--quiet").stdout == ""
