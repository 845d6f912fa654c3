"""What goes wrong on the real Docker: how it is said, what it leaves, how the next `up` repairs it."""

import os
import signal
import threading
import time
from collections.abc import Callable

import docker.errors
import pulumi_docker as sdk
import pytest

from tests.toolchain.provider.processes import descendant
from tests.toolchain.provider.programs import IMAGE, SLEEP, small_service
from tests.toolchain.provider.trial import Trial
from toolchain.provider.service_birth import MARK

pytestmark = pytest.mark.platform
PLUGIN = "toolchain.provider"


def _interrupted(
    trial: Trial, program: Callable[[], object], when: Callable[[], bool], what: str, how: int
) -> str:
    """Run `up`, send a signal to one of its processes at a moment, and give what it said."""
    said: list[str] = []
    runner = threading.Thread(target=lambda: said.append(trial.fails(program)))
    runner.start()
    end = time.monotonic() + 30
    while not when():
        assert time.monotonic() < end
        time.sleep(0.05)
    os.kill(descendant(what), how)
    runner.join(60)
    assert said
    return said[0]


def _labels(trial: Trial) -> dict[str, str] | None:
    found = trial.engine.api.services(filters={"name": f"{trial.name}-app"})
    return (found[0]["Spec"].get("Labels") or {}) if found else None


def test_unimplemented_property_is_refused_by_its_path(trial: Trial) -> None:
    """A property that this provider does not know is named in full, and nothing at all is made."""

    def program() -> None:
        small_service(
            trial.name,
            *SLEEP,
            privileges=sdk.ServiceTaskSpecContainerSpecPrivilegesArgs(
                credential_spec=sdk.ServiceTaskSpecContainerSpecPrivilegesCredentialSpecArgs(file="x")
            ),
        )

    said = trial.fails(program)
    assert "property taskSpec.containerSpec.privileges.credentialSpec" in said
    assert "is not implemented by this stand-in" in said
    assert _labels(trial) is None


def test_service_that_never_runs_says_why_and_goes(trial: Trial) -> None:
    """Exit code and last log lines are in the error; no service is left; the next `up` is whole."""
    said = trial.fails(
        lambda: small_service(trial.name, "sh", "-c", "echo my own words >&2; exit 7", timeout="10s")
    )
    assert "did not converge within 10 s" in said
    assert "my own words" in said
    assert "exit code 7" in said
    assert _labels(trial) is None
    assert trial.up(lambda: small_service(trial.name, *SLEEP)) == {"create": 1, "same": 1}
    assert _labels(trial) == {}


def test_killed_plugin_leaves_a_service_that_the_next_up_takes_up(trial: Trial) -> None:
    """Killed while a service starts, the plugin leaves it marked half-made; the next `up` goes on with it."""

    def marked() -> bool:
        return bool((_labels(trial) or {}).get(MARK))

    slow = ("sh", "-c", "exit 1")
    _interrupted(trial, lambda: small_service(trial.name, *slow), marked, PLUGIN, signal.SIGKILL)
    assert marked()
    trial.up(lambda: small_service(trial.name, *SLEEP))
    assert _labels(trial) == {}
    assert len(trial.tasks(f"{trial.name}-app")) == 1


def test_name_of_another_owner_is_not_taken(trial: Trial) -> None:
    """A service that somebody else made under the name stays as it is, and the error says what to do."""
    template = docker.types.TaskTemplate(docker.types.ContainerSpec(IMAGE, command=list(SLEEP), init=True))
    foreign = trial.engine.api.create_service(template, name=f"{trial.name}-app", labels={MARK: "another's"})
    said = trial.fails(lambda: small_service(trial.name, *SLEEP))
    assert "Another owner has this name" in said
    assert trial.engine.api.inspect_service(foreign["ID"])["Spec"]["Labels"] == {MARK: "another's"}


def test_interrupted_update_is_repaired_by_the_next_up(trial: Trial) -> None:
    """Ctrl-C in mid-update keeps what was asked for as unfinished; the next `up` brings it to its end."""
    trial.up(lambda: small_service(trial.name, *SLEEP))
    service = f"{trial.name}-app"
    never_healthy = sdk.ServiceTaskSpecContainerSpecHealthcheckArgs(
        tests=["CMD", "false"], interval="1s", start_period="60s"
    )

    def updating() -> bool:
        spec = trial.engine.api.inspect_service(service)["Spec"]
        return "Healthcheck" in spec["TaskTemplate"]["ContainerSpec"]

    said = _interrupted(
        trial,
        lambda: small_service(trial.name, *SLEEP, healthcheck=never_healthy),
        updating,
        "auto.inline",
        signal.SIGINT,
    )
    assert "Cancelled while waiting" in said
    assert trial.resources()["service"]["initErrors"]
    trial.up(lambda: small_service(trial.name, *SLEEP))
    assert len(trial.tasks(service)) == 1
    assert "initErrors" not in trial.resources()["service"]
