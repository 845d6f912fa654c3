"""What a killed deployment left, told apart from what has to stay."""

import json
from typing import Any

from operation.leftovers import known_ids, used
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
