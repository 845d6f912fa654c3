"""Which resources of Pulumi's state a roll-out may change: those of its services, and the schema."""

import json
from collections.abc import Iterable
from typing import Any

from infra.parties import MIGRATIONS, Party
from infra.settings import PROJECT
from operation.failure import Failure
from operation.pulumi_state import state_path
from operation.stack import Stack

PLATFORM = "bem:infra:Platform"
SERVICE = f"{PLATFORM}$bem:infra:Service"
MIGRATION = f"{PLATFORM}$bem:infra:Migration"
IMAGE = "docker:index/image:Image"
SWARM_SERVICE = "docker:index/service:Service"


def urns(stack: Stack, parties: Iterable[Party]) -> list[str]:
    """URNs for `--target`: all that is declared for these services now, or would be, and the schema.

    Pulumi refuses a target that neither state nor program has: a service with an image of its own has none
    that is built.
    """
    found = {each["urn"] for each in resources(stack) if MIGRATION in each["urn"]}
    for party in parties:
        parent = _urn(stack, SERVICE, party.role)
        found |= {each["urn"] for each in resources(stack) if each.get("parent") == parent}
        found.add(parent)
        if not getattr(stack.settings.images, party.role):
            found.add(_image(stack, party))
        found.add(_urn(stack, f"{SERVICE}${SWARM_SERVICE}", f"service-{party.role}"))
    return sorted(found)


def images(stack: Stack, parties: Iterable[Party]) -> list[str]:
    """URNs of the images of these services, and of the migrations'."""
    migrations = _urn(stack, f"{MIGRATION}${IMAGE}", f"image-{MIGRATIONS.role}")
    return sorted([migrations, *(_image(stack, party) for party in parties)])


def outputs(stack: Stack) -> dict[str, dict[str, Any]]:
    """Name of each resource to its outputs."""
    return {each["urn"].rsplit("::", 1)[-1]: each.get("outputs") or {} for each in resources(stack)}


def resources(stack: Stack) -> list[dict[str, Any]]:
    """What Pulumi's state knows.

    Raises:
        Failure: when nothing of the stack is deployed.
    """
    path = state_path(stack)
    latest = json.loads(path.read_text()).get("checkpoint", {}).get("latest") or {} if path.exists() else {}
    found: list[dict[str, Any]] = latest.get("resources") or []
    if not found:
        raise Failure(f"nothing of stack {stack.name} is deployed.", remedy="`invoke up` deploys it.")
    return found


def _image(stack: Stack, party: Party) -> str:
    return _urn(stack, f"{SERVICE}${IMAGE}", f"image-{party.role}")


def _urn(stack: Stack, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack.name}::{PROJECT}::{kind}::{name}"
