"""docker.Network: every change replaces it, as in the official provider."""

from typing import Any, Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.kind import Boolean, Text, TextMap
from toolchain.provider.pair_kind import Labels
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Blocks, Field

_DETACH_SECONDS: Final = 60.0
"""How long endpoints of dying tasks may hold a network that goes."""
_BUSY: Final = ("has active endpoints", "is in use by", "in use")

IPAM: Final = Block(
    (
        Field("subnet", "Subnet", Text()),
        Field("ipRange", "IPRange", Text()),
        Field("gateway", "Gateway", Text(), engine_fills=True),
        Field("auxAddress", "AuxiliaryAddresses", TextMap()),
    )
)

NETWORK: Final = Block(
    (
        Field("name", "Name", Text(), required=True, forces_new=True),
        Field("labels", "Labels", Labels(), forces_new=True),
        Field("driver", "Driver", Text(), forces_new=True, engine_fills=True),
        Field("options", "Options", TextMap(), forces_new=True, engine_fills=True),
        Field("internal", "Internal", Boolean(), forces_new=True),
        Field("attachable", "Attachable", Boolean(), forces_new=True),
        Field("ingress", "Ingress", Boolean(), forces_new=True),
        Field("ipv6", "EnableIPv6", Boolean(), forces_new=True),
        Field("ipamDriver", "IPAM.Driver", Text(), default="default", forces_new=True),
        Field("ipamOptions", "IPAM.Options", TextMap(), forces_new=True, engine_fills=True),
        Field("ipamConfigs", "IPAM.Config", Blocks(IPAM, key="subnet"), forces_new=True, engine_fills=True),
    )
)


def create_arguments(inputs: Properties) -> dict[str, Any]:
    """The SDK's arguments for a network with these inputs."""
    spec: Any = NETWORK.to_api(inputs)
    return {
        "name": spec["Name"],
        "driver": spec.get("Driver"),
        "options": spec.get("Options"),
        "ipam": {"Driver": "default", "Config": [], **spec["IPAM"]},
        "check_duplicate": True,
        "internal": bool(spec.get("Internal")),
        "labels": spec.get("Labels"),
        "enable_ipv6": bool(spec.get("EnableIPv6")),
        "attachable": spec.get("Attachable"),
        "ingress": spec.get("Ingress"),
    }


class Network(Resource):
    """A network; overlay ones are known to the whole swarm."""

    block = NETWORK
    computed = ("driver", "internal", "ipamConfigs", "ipamOptions", "options", "scope")

    def create(self, inputs: Properties, call: Call) -> Live:
        """Make it; a second one of the same name is refused by Docker."""
        made = call.api.create_network(**create_arguments(inputs))
        return self.made(made["Id"], inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at it."""
        try:
            found = call.api.inspect_network(identity)
        except docker_sdk.NotFound:
            return None
        wanted, whole = NETWORK.read(inputs, found)
        return Live(found["Id"], wanted, {**whole, "scope": found.get("Scope")})

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away, once the endpoints of dying tasks are gone."""
        refusal = ""

        def gone() -> bool:
            nonlocal refusal
            try:
                call.api.remove_network(identity)
            except docker_sdk.NotFound:
                return True
            except docker_sdk.APIError as error:
                refusal = str(error.explanation or error)
                if "not found" in refusal:  # Swarm's own words while it forgets it, with another status
                    return self.read(identity, inputs, call) is None
                if not any(word in refusal for word in _BUSY):
                    raise
            return False

        if not call.wait(gone, _DETACH_SECONDS):
            raise ProviderFailure(
                f"Network {inputs.get('name', identity)} is still in use after {_DETACH_SECONDS:.0f} s: "
                f"{refusal}. "
                "Remove what is attached to it (docker network inspect), then run the command again."
            )
