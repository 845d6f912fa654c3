"""Functions: what a program looks up in Docker without owning it."""

from collections.abc import Callable
from typing import Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.image_name import ImageName
from toolchain.provider.local_image import inspected, repo_digest
from toolchain.provider.login import of_host
from toolchain.provider.network import NETWORK
from toolchain.provider.property_value import Properties, Value

_SHOWN: Final = ("driver", "internal", "ipamConfigs", "name", "options")
Function = Callable[[Properties, Call], Properties]


def network(inputs: Properties, call: Call) -> Properties:
    """`get_network`: by name or identity."""
    name = str(inputs.get("name") or "")
    try:
        found = call.api.inspect_network(name) if name else None
    except docker_sdk.NotFound:
        found = None
    if found is None:
        raise ProviderFailure(
            f"There is no network {name!r}. Make it first, or correct its name (docker network ls)."
        )
    _, whole = NETWORK.read({}, found)
    containers: list[Value] = [
        {
            "containerId": identity,
            "endpointId": each.get("EndpointID"),
            "ipv4Address": each.get("IPv4Address"),
            "ipv6Address": each.get("IPv6Address"),
            "macAddress": each.get("MacAddress"),
            "name": each.get("Name"),
        }
        for identity, each in sorted((found.get("Containers") or {}).items())
    ]
    shown = {name: whole.get(name) for name in _SHOWN}
    return {**shown, "id": found["Id"], "scope": found.get("Scope"), "containers": containers}


def remote_image(inputs: Properties, call: Call) -> Properties:
    """`get_remote_image`: one that is on this Docker Engine; nothing is pulled."""
    name = str(inputs.get("name") or "")
    found = inspected(call, name) if name else None
    if found is None:
        raise ProviderFailure(
            f"There is no image {name!r} on this Docker Engine: build or pull it first (docker images)."
        )
    return {"id": found["Id"], "name": name, "repoDigest": repo_digest(name, found)}


def registry_image(inputs: Properties, call: Call) -> Properties:
    """`get_registry_image`: what a name means in its registry; nothing is pulled."""
    name = str(inputs.get("name") or "")
    parts = ImageName.parse(name)
    skipped = inputs.get("insecureSkipVerify") is True
    from toolchain.provider.registry import Registry  # noqa: PLC0415  # imports requests: 0.04 s

    digest = Registry(parts.registry, of_host(call, parts.registry), verify=not skipped).digest(parts)
    if digest is None:
        raise ProviderFailure(
            f"Registry {parts.registry} has no image {name!r}: push it first, or correct its name or tag."
        )
    return {"id": digest, "name": name, "sha256Digest": digest, "insecureSkipVerify": skipped}


FUNCTIONS: Final[dict[str, Function]] = {
    "docker:index/getNetwork:getNetwork": network,
    "docker:index/getRegistryImage:getRegistryImage": registry_image,
    "docker:index/getRemoteImage:getRemoteImage": remote_image,
}
"""Functions by the token of pulumi-docker's SDK."""
