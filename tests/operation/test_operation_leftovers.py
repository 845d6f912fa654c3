"""What a killed deployment left, told apart from what has to stay."""

import json
from typing import Any

import pytest
from docker.errors import APIError, NotFound

from operation import leftovers, patience
from operation.leftovers import known_ids, remove_unknown, used
from operation.progress import Progress
from operation.stack import Stack


def service(spec: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A service as Docker tells of it."""
    found: dict[str, Any] = {"Spec": {"TaskTemplate": {"ContainerSpec": spec}}}
    if before is not None:
        found["PreviousSpec"] = {"TaskTemplate": {"ContainerSpec": before}}
    return found


def test_what_a_service_could_go_back_to_is_used() -> None:
    """An automatic rollback needs the configs of the specification before."""
    now = {"Configs": [{"ConfigID": "new"}], "Secrets": [{"SecretID": "key"}]}
    before = {"Configs": [{"ConfigID": "old"}], "Secrets": None}
    assert used([service(now, before), service({})]) == {"new", "key", "old"}


def test_nothing_is_used_without_services() -> None:
    """All may go then."""
    assert used([]) == set()


def test_the_state_s_ids_are_known(stack: Stack) -> None:
    """Components have none."""
    folder = stack.make_folder("pulumi", ".pulumi", "stacks", "bem")
    resources = [{"urn": "a", "id": "n1"}, {"urn": "b"}, {"urn": "c", "id": "s1"}]
    content = {"version": 3, "checkpoint": {"latest": {"resources": resources}}}
    (folder / "try.json").write_text(json.dumps(content))
    assert known_ids(stack) == {"n1", "s1"}


def test_a_stack_that_was_never_deployed_knows_nothing(stack: Stack) -> None:
    """Then all that carries its label is left over."""
    assert known_ids(stack) == set()


class Thing:
    """A service or network; Swarm lets go of it after so many tries."""

    def __init__(self, name: str, tries: int = 1, role: str = "") -> None:
        self.id = self.name = name
        self.tries = tries
        self.attrs = {"Spec": {"Labels": {"bem.role": role}}}

    def remove(self) -> None:
        """Refused while somebody is in it."""
        self.tries -= 1
        if self.tries > 0:
            message = "has active endpoints"
            raise APIError(message)

    def reload(self) -> None:
        """It is there as long as Swarm has not let go of it."""
        if self.tries < 0:
            message = "no such thing"
            raise NotFound(message)

    def list(self, **_: Any) -> "list[Thing]":
        """Only itself."""
        return [self]


def test_what_no_state_knows_goes_however_long_that_takes(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network goes after the containers in it have ended; a scratch is somebody else's."""
    monkeypatch.setattr(patience, "POLL", 0.001)
    service, network = Thing("service"), Thing("network", tries=3)
    engine = type("Engine", (), {"services": service, "networks": network})
    monkeypatch.setattr(leftovers, "client", lambda: engine)
    assert remove_unknown(stack, Progress(quiet=True)) == ["service", "network"]
    assert (service.tries, network.tries) == (-1, -1)
    scratch = Thing("scratch", role="scratch")
    monkeypatch.setattr(engine, "services", scratch)
    assert remove_unknown(stack, Progress(quiet=True)) == ["network"]
    assert scratch.tries == 1
