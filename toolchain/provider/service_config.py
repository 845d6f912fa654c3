"""docker.ServiceConfig: bytes that tasks see as a file; every change replaces it."""

from collections.abc import Iterator
from typing import Any, Final

from toolchain.provider.call import Call
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Text
from toolchain.provider.pair_kind import Labels
from toolchain.provider.payload import base64_faults, decoded, look, take_away
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

CONFIG: Final = Block(
    (
        Field("name", "Name", Text(), required=True, forces_new=True),
        Field("data", None, Text(), forces_new=True),
        Field("dataRaw", None, Text(), forces_new=True),
        Field("labels", "Labels", Labels(), forces_new=True),
    )
)


def create_arguments(inputs: Properties) -> dict[str, Any]:
    """The SDK's arguments for a config with these inputs."""
    spec: Any = CONFIG.to_api(inputs)
    return {"name": spec["Name"], "data": content(inputs), "labels": spec.get("Labels")}


def content(inputs: Properties) -> bytes:
    """The bytes, whichever way they were given."""
    raw = inputs.get("dataRaw")
    return str(raw).encode() if raw is not None else decoded(str(inputs["data"]))


class ServiceConfig(Resource):
    """A config."""

    block = CONFIG

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse data that is not Base64, and data given in both ways or none."""
        if (inputs.get("data") is None) == (inputs.get("dataRaw") is None):
            yield Fault("data", "exactly one of data (Base64) and dataRaw (plain text) must be given")
        yield from base64_faults(inputs)

    def create(self, inputs: Properties, call: Call) -> Live:
        """Store it."""
        made = call.api.create_config(**create_arguments(inputs))
        return self.made(made["ID"], inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at its name and labels, and at its bytes when it is imported: they cannot change."""
        return look(call.api.inspect_config, CONFIG, identity, inputs, with_data=True)

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away."""
        take_away(call.api.remove_config, f"Config {inputs.get('name', identity)}", identity)
