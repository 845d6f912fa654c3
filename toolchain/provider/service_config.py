"""docker.ServiceConfig: bytes that tasks see as a file; every change replaces it."""

import base64
from collections.abc import Iterator
from typing import Any, Final

from toolchain.provider.call import Call
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Text
from toolchain.provider.pair_kind import Labels
from toolchain.provider.payload import base64_faults, look, take_away
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
    return str(raw).encode() if raw is not None else base64.b64decode(str(inputs["data"]))


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
        return Live(made["ID"], inputs, {})

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at its name and labels."""
        return look(call.api.inspect_config, CONFIG, identity, inputs)

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away."""
        take_away(call.api.remove_config, f"Config {inputs.get('name', identity)}", identity)
