"""The tables beside the SDK's own classes: what it has and this provider lacks is known by name."""

import re
from collections.abc import Iterator
from typing import Any

import pulumi_docker as sdk
import pulumi_docker._inputs as nested
import pytest

from toolchain.provider.catalogue import RESOURCES
from toolchain.provider.resource import Resource
from toolchain.provider.schema import Block, Blocks
from toolchain.provider.sdk_schema import properties
from toolchain.provider.state import preview

LACKING: dict[str, set[str]] = {
    "Container": {"deviceRequests", "gpus", "healthcheck.startInterval", "networksAdvanced.gwPriority"}
    | {"mounts.volumeOptions.subpath"},
    "Image": {"build.cacheFrom"},
    "RegistryImage": {
        *(
            f"build.{name}"
            for name in (
                *("additionalContexts", "authConfigs", "buildId", "buildLogFile", "builder", "cacheFroms"),
                *("cacheTos", "cgroupParent", "cpuPeriod", "cpuQuota", "cpuSetCpus", "cpuSetMems"),
                *("cpuShares", "isolation", "memory", "memorySwap", "provenance", "remoteContext"),
                *(
                    "secrets",
                    "securityOpts",
                    "sessionId",
                    "sbom",
                    "squash",
                    "suppressOutput",
                    "tags",
                    "ulimits",
                ),
            )
        )
    },
    "RemoteImage": {"build"},
    "Service": {"auth", "taskSpec.networksAdvanceds.name"}
    | {
        "taskSpec.containerSpec.privileges.credentialSpec",
        "taskSpec.resources.reservation.genericResources",
    },
    "Volume": {"cluster"},
}
"""Inputs that are refused by name: they need buildx, a newer engine, Windows or a GPU, or are old."""


def _lacking(block: Any, owner: type, path: str = "") -> Iterator[str]:
    """Paths of the SDK's inputs that the table does not know."""
    fields = {field.name: field for field in block.fields}
    for name, annotation in properties(owner):
        field = fields.get(name)
        if field is None:
            yield f"{path}{name}"
            continue
        kind = field.kind.block if isinstance(field.kind, Blocks) else field.kind
        inner = re.search(r"\b([A-Z]\w+Args)\b", annotation)
        if isinstance(kind, Block) and inner:
            yield from _lacking(kind, getattr(nested, inner[1]), f"{path}{name}.")


def _class(kind: str) -> str:
    return kind.rpartition(":")[2]


@pytest.mark.parametrize("kind", RESOURCES, ids=_class)
def test_inputs_of_the_sdk_are_known(kind: str) -> None:
    """At any depth; the ones that are refused by name are exactly these."""
    owner = getattr(sdk, _class(kind))
    arguments = __import__(owner.__module__, fromlist=["_"]).__dict__[f"{_class(kind)}Args"]
    assert set(_lacking(RESOURCES[kind].block, arguments)) == LACKING.get(_class(kind), set())


@pytest.mark.parametrize("kind", RESOURCES, ids=_class)
def test_outputs_of_the_sdk_are_known(kind: str) -> None:
    """Each is an input that comes back, or one that Docker computes, which a preview has, too."""
    resource: Resource = RESOURCES[kind]
    known = {field.name for field in resource.block.fields} | set(resource.computed)
    lacking = {name for name, _ in properties(getattr(sdk, _class(kind)))} - known
    assert lacking <= LACKING.get(_class(kind), set())
    assert set(resource.computed) <= set(preview(resource, {}, {}))
