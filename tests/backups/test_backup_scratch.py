from copy import deepcopy
from typing import Any

import pytest
from docker.errors import APIError, NotFound

from backups import scratch as module
from backups.scratch import remove_volume, scratch_spec, volume_exists
from backups.switch import respecified
from operation.failure import Failure
from operation.stack import Stack

SERVICE: dict[str, Any] = {
    "Name": "bk-test_database",
    "Labels": {"bem.stack": "bk-test", "bem.role": "database"},
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "sha256:abc",
            "Labels": {"bem.stack": "bk-test", "bem.role": "database"},
            "Hostname": "database",
            "User": "6001:6001",
            "ReadOnly": True,
            "StopSignal": "SIGINT",
            "CapabilityDrop": ["ALL"],
            "Healthcheck": {"Test": ["CMD", "/usr/local/bin/healthy"]},
            "Mounts": [
                {"Type": "volume", "Source": "bk-test_database-g2", "Target": "/cluster"},
                {"Type": "volume", "Source": "bk-test_repository", "Target": "/repository"},
                {"Type": "volume", "Source": "bk-test_certs", "Target": "/certs", "ReadOnly": True},
                {"Type": "tmpfs", "Target": "/run", "TmpfsOptions": {"Mode": 1023}},
            ],
            "Secrets": [{"SecretID": "s1"}],
        },
        "RestartPolicy": {"Condition": "any", "Delay": 1000000000},
        "Networks": [{"Target": "n1", "Aliases": ["database"]}, {"Target": "n2", "Aliases": ["database"]}],
    },
    "Mode": {"Replicated": {"Replicas": 1}},
    "UpdateConfig": {"Order": "stop-first", "FailureAction": "pause"},
    "EndpointSpec": {"Mode": "dnsrr"},
}


def test_scratch_is_the_database_without_its_place(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it: another volume, a read-only repository, no alias, no health check, no restart."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "0a0b0c")
    before = deepcopy(SERVICE)
    more = {"bk-test_database-g2": "/old", "bk-test_wal-receiver": "/received", "twin_repository": "/copy"}
    spec = scratch_spec(SERVICE, stack, "bk-test_database-g3", more)
    labels = {"bem.stack": "bk-test", "bem.role": "scratch"}
    assert spec == {
        "Name": "bk-test_scratch-0a0b0c",
        "Labels": labels,
        "TaskTemplate": {
            "ContainerSpec": {
                **SERVICE["TaskTemplate"]["ContainerSpec"],
                "Args": ["scratch"],
                "Labels": labels,
                "Healthcheck": {"Test": ["NONE"]},
                "Mounts": [
                    {"Type": "volume", "Source": "bk-test_database-g3", "Target": "/cluster"},
                    {
                        "Type": "volume",
                        "Source": "bk-test_repository",
                        "Target": "/repository",
                        "ReadOnly": True,
                    },
                    {"Type": "volume", "Source": "bk-test_certs", "Target": "/certs", "ReadOnly": True},
                    {"Type": "tmpfs", "Target": "/run", "TmpfsOptions": {"Mode": 1023}},
                    {"Type": "volume", "Source": "bk-test_database-g2", "Target": "/old", "ReadOnly": True},
                    {
                        "Type": "volume",
                        "Source": "bk-test_wal-receiver",
                        "Target": "/received",
                        "ReadOnly": True,
                    },
                    {"Type": "volume", "Source": "twin_repository", "Target": "/copy", "ReadOnly": False},
                ],
            },
            "RestartPolicy": {"Condition": "none"},
            "Networks": [{"Target": "n1"}, {"Target": "n2"}],
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "EndpointSpec": {"Mode": "dnsrr"},
    }
    assert before == SERVICE


def test_scratch_without_an_old_volume_has_none(stack: Stack) -> None:
    """Where the old volume is gone, nothing is mounted in its place: Docker would make an empty one."""
    spec = scratch_spec(SERVICE, stack, "v", {})
    targets = [mount["Target"] for mount in spec["TaskTemplate"]["ContainerSpec"]["Mounts"]]
    assert targets == ["/cluster", "/repository", "/certs", "/run"]


def test_switch_moves_one_mount_and_nothing_else() -> None:
    """Everything that the service has stays as it is."""
    spec = respecified(SERVICE, 1, "bk-test_database-g3")
    expected = deepcopy(SERVICE)
    expected["TaskTemplate"]["ContainerSpec"]["Mounts"][0]["Source"] = "bk-test_database-g3"
    assert spec == expected


def test_switch_without_a_volume_stops_only() -> None:
    """To stop, the replicas alone change."""
    assert respecified(SERVICE, 0, "") == {**SERVICE, "Mode": {"Replicated": {"Replicas": 0}}}


class Engine:
    """Stands for the Docker Engine: a volume that so many looks find in use."""

    def __init__(self, uses: int, left: tuple[Any, ...] = (), error: int = 409) -> None:
        self.uses, self.left, self.error = uses, left, error
        self.api = self.containers = self.volumes = self

    def list(self, **asked: Any) -> list[Any]:
        """Containers that have ended."""
        assert asked["filters"]["status"] == ["created", "exited", "dead"]
        return list(self.left)

    def remove_volume(self, _name: str) -> None:
        """In use until the looks are used up."""
        if self.uses:
            self.uses -= 1
            raise APIError(
                "volume", response=type("Response", (), {"status_code": self.error, "reason": ""})()
            )

    def get(self, _name: str) -> None:
        """Never there."""
        raise NotFound("volume")


class Ended:
    """A container that has ended."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def remove(self, *, force: bool) -> None:
        """Lets go of the volume."""
        assert force
        self.engine.uses = 0


def test_volume_goes_once_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried until the last container lets go."""
    monkeypatch.setattr("operation.patience.POLL", 0.001)
    engine = Engine(uses=3)
    remove_volume("v", engine)
    assert engine.uses == 0


def test_ended_containers_of_swarm_let_go_of_the_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    """Swarm keeps ended tasks for its history, and with them the volume's use."""
    monkeypatch.setattr("operation.patience.POLL", 0.001)
    engine = Engine(uses=10**6)
    engine.left = (Ended(engine),)
    remove_volume("v", engine)


def test_volume_that_stays_in_use_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that runs is not removed."""
    monkeypatch.setattr("operation.patience.POLL", 0.001)
    monkeypatch.setattr(module, "START_SECONDS", 0.01)
    with pytest.raises(Failure, match="release of volume v"):
        remove_volume("v", Engine(uses=10**6))


def test_other_errors_of_the_engine_are_not_waited_for() -> None:
    """Only «in use» passes by itself."""
    with pytest.raises(APIError):
        remove_volume("v", Engine(uses=1, error=500))


def test_missing_volume_is_known_as_such() -> None:
    """A volume that Docker does not have."""
    assert not volume_exists("v", Engine(uses=0))
