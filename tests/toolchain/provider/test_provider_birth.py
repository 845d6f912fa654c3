"""A container whose creation is broken off anywhere, on the real Docker."""

import contextlib
import dataclasses
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker.errors
import pulumi_docker as sdk
import pytest

from tests.toolchain.provider.processes import another_maker, descendant
from tests.toolchain.provider.programs import IMAGE, SLEEP
from tests.toolchain.provider.trial import Trial
from toolchain.provider import container_birth, maker
from toolchain.provider.call import Call
from toolchain.provider.container import Container
from toolchain.provider.container_birth import CONTAINER, URN, passing_name
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.property_value import Properties

CHANGING = (
    "create_container_from_config",
    "create_volume",
    "rename",
    "put_archive",
    "disconnect_container_from_network",
    "connect_container_to_network",
    "start",
    "remove_volume",
    "remove_container",
)
"""The requests that leave something behind."""


class Killed(BaseException):
    """The provider is gone in this moment: nothing cleans up."""


class Dying:
    """Docker's API for a provider that is killed right after one of its requests.

    Args:
        api: the real one.
        last: number of the request that changes something and is its last; 0 for one that lives on.
    """

    def __init__(self, api: Any, last: int) -> None:
        self.api = api
        self.last = last
        self.done = 0

    def __getattr__(self, name: str) -> Any:
        """The real request; the last one has its effect."""
        real = getattr(self.api, name)
        return self._counted(real) if name in CHANGING else real

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def request(*arguments: Any, **named: Any) -> Any:
            with contextlib.suppress(docker.errors.NotFound):
                return real(*arguments, **named)
            raise docker.errors.NotFound("nothing")

        def last(*arguments: Any, **named: Any) -> Any:
            answer = request(*arguments, **named)
            self.done += 1
            if self.done == self.last:
                raise Killed
            return answer

        return last


def _urn(trial: Trial) -> str:
    return f"urn:pulumi:{trial.name}::provider::docker:index/container:Container::box"


def _call(trial: Trial, api: Any, said: list[str] | None = None) -> Call:
    heard: list[str] = [] if said is None else said
    return Call(api, heard.append, heard.append, threading.Event(), _urn(trial), {})


def _box(trial: Trial) -> Properties:
    return {
        "name": f"{trial.name}-box",
        "image": IMAGE,
        "command": list(SLEEP),
        "networksAdvanced": [{"name": f"{trial.name}-net"}],
        "uploads": [{"file": "/etc/greeting", "content": "hello"}],
        "mustRun": True,
    }


def _containers(trial: Trial) -> list[str]:
    """Names of the stack's containers, whole or not."""
    found = trial.engine.api.containers(all=True)
    names = [each["Names"][0].lstrip("/") for each in found if each["Names"]]
    return [name for name in names if name.startswith(trial.name) or name == passing_name(_urn(trial))]


def _notes(trial: Trial) -> list[str]:
    found = trial.engine.api.volumes(filters={"label": f"{URN}={_urn(trial)}"})["Volumes"] or []
    return [each["Name"] for each in found]


pytestmark = pytest.mark.platform


def test_killed_after_each_request(trial: Trial) -> None:
    """Wherever a creation is broken off, the next one leaves one whole container and nothing else."""
    api = trial.engine.api
    api.create_network(f"{trial.name}-net", driver="bridge")
    for last in range(1, 20):
        broken = Dying(api, last)
        try:
            Container().create(_box(trial), _call(trial, broken))
        except Killed:
            whole = not _notes(trial) and _containers(trial) == [f"{trial.name}-box"]
            if whole:  # the note had just gone: to take it down could be another's loss
                break
        else:
            pytest.fail("it was never killed after its last request")
        said: list[str] = []
        live = Container().create(_box(trial), _call(trial, api, said))
        assert _containers(trial) == [f"{trial.name}-box"], last
        assert _notes(trial) == [], last
        assert ["left half-made" in each for each in said] == [True], last
        assert api.inspect_container(live.id)["State"]["Running"]
        Container().delete(live.id, _box(trial), _call(trial, api))
    assert last >= 7
    with pytest.raises(docker.errors.APIError, match="already in use"):
        Container().create(_box(trial), _call(trial, api))
    assert api.inspect_container(f"{trial.name}-box")["State"]["Running"]


def test_whole_container_has_no_mark(trial: Trial) -> None:
    """Neither in Docker nor in the outputs."""
    api = trial.engine.api
    api.create_network(f"{trial.name}-net", driver="bridge")
    live = Container().create(_box(trial), _call(trial, api))
    there = api.inspect_container(live.id)
    assert there["Name"] == f"/{trial.name}-box"
    assert there["Config"]["Labels"] == api.inspect_image(IMAGE)["Config"]["Labels"]
    assert "creating" not in str({**there, **live.computed, **live.inputs})
    assert _notes(trial) == []


def test_container_of_another_owner_is_refused(trial: Trial) -> None:
    """It stays as it is, although it says that it is this resource's; ours goes without a trace."""
    api = trial.engine.api
    api.create_network(f"{trial.name}-net", driver="bridge")
    labels = {URN: _urn(trial)}
    theirs = api.create_container(IMAGE, list(SLEEP), name=f"{trial.name}-box", labels=labels)["Id"]
    api.start(theirs)
    with pytest.raises(docker.errors.APIError, match="already in use"):
        Container().create(_box(trial), _call(trial, api))
    assert api.inspect_container(theirs)["State"]["Running"]
    assert (_containers(trial), _notes(trial)) == ([f"{trial.name}-box"], [])


def test_what_another_run_makes_just_now_is_left_alone(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second backend with a stack of the same name does not take it down; once it is dead, it does."""
    api = trial.engine.api
    api.create_network(f"{trial.name}-net", driver="bridge")
    monkeypatch.setattr(container_birth, "_MAKER_SECONDS", 0.5)
    with another_maker() as said:
        monkeypatch.setattr(maker, "this", lambda: said)
        with pytest.raises(Killed):
            Container().create(_box(trial), _call(trial, Dying(api, 3)))
        with pytest.raises(ProviderFailure, match="is being made by another run"):
            Container().create(_box(trial), _call(trial, api))
        theirs = api.inspect_container(f"{trial.name}-box")["Id"]
        assert api.inspect_volume(passing_name(_urn(trial)))["Labels"][CONTAINER] == theirs
    Container().create(_box(trial), _call(trial, api))
    assert (_containers(trial), _notes(trial)) == ([f"{trial.name}-box"], [])


def test_what_no_state_has_is_made_anew(trial: Trial) -> None:
    """An engine killed before it wrote down a whole container; a state that has it takes the note away."""
    api = trial.engine.api
    api.create_network(f"{trial.name}-net", driver="bridge")
    unsaid: list[Callable[[], None]] = []
    killed = dataclasses.replace(_call(trial, api), at_end=unsaid.append)
    unknown = Container().create(_box(trial), killed)
    assert (_containers(trial), len(_notes(trial)), len(unsaid)) == ([f"{trial.name}-box"], 1, 1)
    live = Container().create(_box(trial), killed)
    assert live.id != unknown.id
    assert _containers(trial) == [f"{trial.name}-box"]
    Container().recorded(unknown.id, killed)
    assert len(_notes(trial)) == 1
    Container().recorded(live.id, killed)
    assert _notes(trial) == []
    unsaid[0]()
    assert api.inspect_container(live.id)["State"]["Running"]


def _program(trial: Trial) -> Callable[[], object]:
    """A container that becomes healthy when its host says so: until then its creation goes on."""

    def program() -> None:
        network = sdk.Network("net", name=f"{trial.name}-net", driver="bridge")
        sdk.Container(
            "box",
            name=f"{trial.name}-box",
            image=IMAGE,
            command=SLEEP,
            must_run=True,
            wait=True,
            networks_advanced=[sdk.ContainerNetworksAdvancedArgs(name=network.name)],
            uploads=[sdk.ContainerUploadArgs(file="/etc/greeting", content="hello")],
            volumes=[sdk.ContainerVolumeArgs(host_path=str(_said(trial)), container_path="/srv")],
            healthcheck=sdk.ContainerHealthcheckArgs(
                tests=["CMD", "test", "-f", "/srv/up"], interval="300ms", retries=1000
            ),
        )

    return program


def _said(trial: Trial) -> Path:
    """Where the host says that the container may be healthy."""
    folder = trial.folder / "said"
    folder.mkdir(exist_ok=True)
    return folder


def _kill(trial: Trial, program: Callable[[], object], what: str, seconds: float) -> None:
    """Run `up`, and kill one of its processes so long after its container has appeared."""
    said: list[str] = []
    runner = threading.Thread(target=lambda: said.append(trial.fails(program)))
    runner.start()
    process, ended = descendant(what), threading.Event()
    while not _containers(trial):
        assert runner.is_alive()
        ended.wait(0.01)
    ended.wait(seconds)
    os.kill(process, signal.SIGKILL)
    runner.join(60)
    assert said


@pytest.mark.parametrize("what", ["toolchain.provider", "auto.inline"])
@pytest.mark.parametrize("seed", range(2))
def test_kill_is_repaired_by_the_next_up(trial: Trial, what: str, seed: int) -> None:
    """The plugin or the engine, at some moment of a creation; the next `up` is whole, and shows no drift."""
    chance = random.Random(f"{what} {seed}")  # noqa: S311  # no secret
    api, program = trial.engine.api, _program(trial)
    _kill(trial, program, what, chance.uniform(0, 1.2))
    if what == "auto.inline":
        trial.stack.cancel()  # its lock
    else:
        assert _notes(trial) or _containers(trial) == [passing_name(_urn(trial))]
    (_said(trial) / "up").touch()
    trial.up(program)
    assert _containers(trial) == [f"{trial.name}-box"]
    assert _notes(trial) == []
    assert api.inspect_container(f"{trial.name}-box")["State"]["Health"]["Status"] == "healthy"
    assert set(trial.preview(program)) == {"same"}
    assert set(trial.refresh()) == {"same"}
