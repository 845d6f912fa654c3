"""docker.Secret: bytes that only tasks see; every change replaces it."""

from collections.abc import Iterable
from typing import Any, Final

from toolchain.provider.call import Call
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Text
from toolchain.provider.pair_kind import Labels
from toolchain.provider.payload import base64_faults, decoded, look, take_away
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

SECRET: Final = Block(
    (
        Field("name", "Name", Text(), required=True, forces_new=True),
        Field("data", None, Text(), required=True, forces_new=True),
        Field("labels", "Labels", Labels(), forces_new=True),
    )
)


def create_arguments(inputs: Properties) -> dict[str, Any]:
    """The SDK's arguments for a secret with these inputs."""
    spec: Any = SECRET.to_api(inputs)
    return {"name": spec["Name"], "data": decoded(str(inputs["data"])), "labels": spec.get("Labels")}


class Secret(Resource):
    """A secret; Docker never gives its bytes back."""

    block = SECRET
    sensitive = ("data",)

    def faults(self, inputs: Properties) -> Iterable[Fault]:
        """Refuse data that is not Base64."""
        return base64_faults(inputs)

    def create(self, inputs: Properties, call: Call) -> Live:
        """Store it."""
        made = call.api.create_secret(**create_arguments(inputs))
        return self.made(made["ID"], inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at its name and labels."""
        return look(call.api.inspect_secret, SECRET, identity, inputs)

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away."""
        take_away(call.api.remove_secret, f"Secret {inputs.get('name', identity)}", identity)
