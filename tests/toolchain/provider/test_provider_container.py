"""docker.Container on an engine that a test holds in its hands."""

import io
import tarfile
from typing import Any

import pytest

from tests.toolchain.provider.container_stub import IDENTITY, IMAGE_ID, Engine
from toolchain.provider import container_upload
from toolchain.provider.container import Container
from toolchain.provider.container_form import request, resources
from toolchain.provider.failure import Cancelled, ProviderFailure
from toolchain.provider.property_value import UNKNOWN, Properties, Value
from toolchain.provider.state import preview

BOX: Properties = {
    "name": "box",
    "image": "debian",
    "command": ["sleep", "9"],
    "envs": ["A=1"],
    "labels": [{"label": "a", "value": "b"}],
    "memory": 64.0,
    "cpus": "1.5",
    "ports": [{"internal": 80.0, "ip": "127.0.0.1"}],
    "volumes": [
        {"volumeName": "data", "containerPath": "/data", "readOnly": True},
        {"hostPath": "/srv", "containerPath": "/srv"},
        {"containerPath": "/own"},
    ],
    "capabilities": {"drops": ["ALL"], "adds": ["NET_ADMIN"]},
    "hosts": [{"ip": "10.0.0.1", "host": "db"}],
    "ulimits": [{"name": "nofile", "soft": 10.0, "hard": 20.0}],
    "networksAdvanced": [{"name": "net", "aliases": ["box"]}],
    "uploads": [{"file": "/etc/a", "content": "hello"}],
    "mustRun": True,
}
ENDED = {"Running": False, "Status": "exited", "ExitCode": 7, "Error": ""}
RUNNING = {"Running": True, "Status": "running"}


def test_request_of_a_container() -> None:
    """All in Docker's own places and units."""
    body = request(BOX)
    host = body.pop("HostConfig")
    assert body == {
        "Image": "debian",
        "Cmd": ["sleep", "9"],
        "Env": ["A=1"],
        "Labels": {"a": "b"},
        "Tty": False,
        "OpenStdin": False,
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/own": {}},
    }
    assert host["Memory"] == 64 * 1024 * 1024
    assert host["NanoCpus"] == 1_500_000_000
    assert host["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    assert sorted(host["Binds"]) == ["/srv:/srv:rw", "data:/data:ro"]
    assert (host["CapAdd"], host["CapDrop"]) == (["NET_ADMIN"], ["ALL"])
    assert host["ExtraHosts"] == ["db:10.0.0.1"]
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 10, "Hard": 20}]
    assert host["NetworkMode"] == "bridge"


def test_made_container_is_as_the_program_says() -> None:
    """Networks and files come before the start; what Docker and the image fill in is no change."""
    engine = Engine()
    live = Container().create(BOX, engine.call())
    assert [what for what, _ in engine.done] == ["disconnect", "connect", "files", "start"]
    assert Container().changes(live.inputs, BOX) == []
    assert live.id == IDENTITY
    computed = live.computed
    assert (computed["image"], computed["hostname"], computed["shmSize"]) == (IMAGE_ID, IDENTITY[:12], 64)
    assert (computed["mustRun"], computed["start"], computed["waitTimeout"]) == (True, True, 60)
    ports = computed["ports"]
    assert isinstance(ports, list)
    assert ports[0] == {"internal": 80, "external": 32768, "ip": "127.0.0.1", "protocol": "tcp"}
    datas = computed["networkDatas"]
    assert isinstance(datas, list)
    assert isinstance(datas[0], dict)
    assert datas[0]["networkName"] == "net"
    assert computed["envs"] == ["A=1"]
    assert computed["platform"] == "linux/amd64"


def test_container_that_ends_at_once_says_why_and_goes() -> None:
    """Exit code and last words; nothing is left."""
    engine = Engine(ENDED)
    with pytest.raises(ProviderFailure, match="exit code 7") as caught:
        Container().create(BOX, engine.call())
    assert "its own words" in str(caught.value)
    assert engine.done[-1] == ("remove", {"v": True, "force": True})


def test_container_that_need_not_run_may_end() -> None:
    """With `mustRun` false the exit code is an output, and the container stays."""
    live = Container().create({**BOX, "mustRun": False}, Engine(ENDED).call())
    assert live.computed["exitCode"] == 7
    assert "mustRun" in live.inputs


def test_attached_container_is_waited_for() -> None:
    """Its end and its words."""
    engine = Engine(RUNNING, ENDED)
    live = Container().create({**BOX, "attach": True, "logs": True, "mustRun": False}, engine.call())
    assert live.computed["containerLogs"] == "its own words\n"


def test_cancelled_creation_leaves_nothing() -> None:
    """The engine's cancellation ends the wait for health and takes the container away."""
    engine = Engine({**RUNNING, "Health": {"Status": "starting"}})
    engine.stop.set()
    with pytest.raises(Cancelled):
        Container().create({**BOX, "wait": True}, engine.call())
    assert not engine.there


@pytest.mark.slow
def test_health_is_waited_for() -> None:
    """A healthy one is made; one without a check, or one that is never healthy, is not."""
    healthy = {**RUNNING, "Health": {"Status": "healthy"}}
    wait: Properties = {**BOX, "wait": True, "waitTimeout": 0.0}
    assert Container().create(wait, Engine(healthy).call()).id == IDENTITY
    for state, words in (
        (RUNNING, "has no health check"),
        ({**healthy, "Health": {"Status": "starting"}}, "healthy"),
    ):
        with pytest.raises(ProviderFailure, match=words):
            Container().create(wait, Engine(state).call())


@pytest.mark.slow
def test_stopped_container_is_started_again() -> None:
    """Stopped by hand it reads as `mustRun` false; the update starts it."""
    engine = Engine()
    live = Container().create(BOX, engine.call())
    engine.states = [ENDED]
    seen = Container().read(live.id, live.inputs, engine.call())
    assert seen is not None
    assert [change.path for change in Container().changes(seen.inputs, BOX)] == ["mustRun"]
    engine.states, engine.done = [ENDED, RUNNING], []
    Container().update(live.id, BOX, engine.call())
    assert [what for what, _ in engine.done] == ["start"]


def test_limits_change_in_place() -> None:
    """More memory brings its swap along; what Docker cannot change is said."""
    engine = Engine()
    live = Container().create(BOX, engine.call())
    engine.done, engine.said = [], []
    after = Container().update(live.id, {**BOX, "memory": 96.0, "tmpfs": {"/run": ""}}, engine.call())
    assert [what for what, _ in engine.done] == ["update"]
    assert engine.done[0][1]["MemorySwap"] == 2 * 96 * 1024 * 1024
    assert after.computed["memory"] == 96
    assert "cannot change tmpfs" in engine.said[-1]
    assert "MemorySwap" not in resources({"cpuShares": 5.0})


def test_preview_of_a_change_in_place_knows_the_rest() -> None:
    """Addresses and what Docker filled in stay; before the first creation they are not known."""
    live = Container().create(BOX, Engine().call())
    shown = preview(Container(), {**BOX, "memory": 96.0}, {**live.computed})
    assert (shown["hostname"], shown["networkDatas"]) == (IDENTITY[:12], live.computed["networkDatas"])
    assert shown["memory"] == 96
    assert preview(Container(), BOX, {})["networkDatas"] == UNKNOWN


@pytest.mark.parametrize(
    ("path", "value", "replaces"),
    [
        ("command", ["true"], True),
        ("image", "other", True),
        ("envs", ["A=2"], True),
        ("labels", [], True),
        ("ports", [], True),
        ("networksAdvanced", [{"name": "other"}], True),
        ("uploads", [{"file": "/etc/a", "content": "bye"}], True),
        ("memory", 65.0, False),
        ("restart", "always", False),
        ("cpus", "2", False),
        ("tmpfs", {"/run": ""}, False),
        ("mustRun", False, False),
        ("destroyGraceSeconds", 5.0, False),
    ],
)
def test_what_takes_a_new_container(path: str, value: Value, replaces: bool) -> None:
    """As the official schema has it."""
    (change,) = Container().changes(BOX, {**BOX, path: value})
    assert (change.path, change.replaces) == (path, replaces)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("capabilities", {"drops": ["all"], "adds": ["CAP_NET_ADMIN"]}),
        ("cpus", "1.50"),
        ("restart", "no"),
        ("start", True),
        ("networkMode", "bridge"),
        ("healthcheck", None),
    ],
)
def test_what_means_the_same_for_a_container(path: str, value: Value) -> None:
    """Another spelling, a default that is written out."""
    assert Container().changes(BOX, {**BOX, path: value}) == []


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"gpus": "all"}, "gpus"),
        ({"healthcheck": {"tests": ["CMD", "true"], "startInterval": "1s"}}, "healthcheck.startInterval"),
        ({"uploads": [{"file": "/a"}]}, "uploads[0]"),
        ({"uploads": [{"file": "/a", "content": "x", "contentBase64": "eA=="}]}, "uploads[0]"),
        ({"uploads": [{"file": "/a", "source": "/nowhere"}]}, "uploads[0].source"),
        ({"memory": -2.0}, "memory"),
        ({"cpus": "many"}, "cpus"),
        ({"restart": "sometimes"}, "restart"),
        ({"wait": True, "start": False}, "wait"),
        ({"logs": True}, "logs"),
    ],
)
def test_faults_of_a_container(inputs: Properties, path: str) -> None:
    """What is wrong or not implemented is named; a whole one has no fault."""
    container = Container()
    whole = {**BOX, **inputs}
    assert path in [fault.path for fault in (*container.block.faults(whole, ""), *container.faults(whole))]
    assert [*container.block.faults(BOX, ""), *container.faults(BOX)] == []


def test_files_keep_their_mode_and_owner() -> None:
    """A mode of its own, one that is executable, a numbered owner; no such owner is said."""
    files: list[Value] = [
        {"file": "/a", "content": "x", "permissions": "0600", "owner": "7", "group": "8"},
        {"file": "/b", "contentBase64": "eA==", "executable": True},
    ]
    packed = container_upload.archive({"uploads": files})
    assert packed is not None
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert [(each.name, each.mode, each.uid, each.gid) for each in tar] == [
            ("a", 0o600, 7, 8),
            ("b", 0o744, 0, 0),
        ]
    assert container_upload.archive({}) is None
    with pytest.raises(ProviderFailure, match="no-such-user"):
        container_upload.archive({"uploads": [{"file": "/a", "content": "x", "owner": "no-such-user"}]})


def test_network_that_a_hand_took_away_is_drift() -> None:
    """It takes a new container; one that a hand added says nothing."""
    engine = Engine()
    live = Container().create(BOX, engine.call())
    engine.networks = {"by-hand": {"NetworkID": "n1"}}
    seen = Container().read(live.id, live.inputs, engine.call())
    assert seen is not None
    assert [change.path for change in Container().changes(seen.inputs, BOX)] == ["networksAdvanced"]
    engine.networks = {"net": {"NetworkID": "n2"}, "by-hand": {"NetworkID": "n1"}}
    again = Container().read(live.id, live.inputs, engine.call())
    assert again is not None
    assert Container().changes(again.inputs, BOX) == []


def test_a_container_that_is_gone() -> None:
    """Reading says so, and deleting it is success."""
    engine = Engine()
    call: Any = engine.call()
    assert Container().read(IDENTITY, BOX, call) is None
    Container().delete(IDENTITY, BOX, call)
