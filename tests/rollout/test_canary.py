import copy
from typing import Any

from rollout.canary import specification

SPEC: dict[str, Any] = {
    "Name": "try_api",
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "sha256:old",
            "Labels": {"bem.stack": "try", "bem.role": "api"},
            "Env": ["API_POOL_SIZE=8"],
            "Healthcheck": {"Test": ["CMD", "healthy"], "Interval": 3_000_000_000},
            "StopGracePeriod": 30_000_000_000,
            "ReadOnly": True,
            "Secrets": [{"SecretID": "one"}],
        },
        "Networks": [{"Target": "edge", "Aliases": ["api"]}, {"Target": "data", "Aliases": ["api"]}],
        "RestartPolicy": {"Condition": "any"},
        "ForceUpdate": 2,
    },
}


def test_a_canary_has_all_that_a_replica_has_but_its_name() -> None:
    """The same networks, secrets and hardening; who asks for `api` does not find it."""
    task = specification(SPEC, "sha256:new")
    container = task["ContainerSpec"]
    assert container["Image"] == "sha256:new"
    assert container["ReadOnly"] is True
    assert container["Secrets"] == [{"SecretID": "one"}]
    assert {each["Target"]: each["Aliases"] for each in task["Networks"]} == {
        "edge": ["api-canary"],
        "data": ["api-canary"],
    }
    assert container["Labels"] == {"bem.stack": "try", "bem.role": "api-canary"}


def test_a_canary_takes_no_work_and_starts_once() -> None:
    """A worker is told that it is one; a broken image is not started again and again."""
    task = specification(SPEC, "sha256:new")
    assert set(task["ContainerSpec"]["Env"]) == {"API_POOL_SIZE=8", "CANARY=1"}
    assert task["RestartPolicy"] == {"Condition": "none"}


def test_the_service_itself_is_left_alone() -> None:
    """What was read from Docker is not changed on the way."""
    before = copy.deepcopy(SPEC)
    specification(SPEC, "sha256:new")
    assert before == SPEC
