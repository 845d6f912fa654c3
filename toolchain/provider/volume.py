"""docker.Volume: every change replaces it, as in the official provider."""

from typing import Any, Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.kind import Text, TextMap
from toolchain.provider.pair_kind import Labels
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

_RELEASE_SECONDS: Final = 60.0
"""How long a dying container may hold a volume that goes."""
_CONFLICT: Final = 409

VOLUME: Final = Block(
    (
        Field("name", "Name", Text(), forces_new=True),
        Field("labels", "Labels", Labels(), forces_new=True),
        Field("driver", "Driver", Text(), forces_new=True, engine_fills=True),
        Field("driverOpts", "Options", TextMap(), forces_new=True),
    )
)


def create_arguments(inputs: Properties) -> dict[str, Any]:
    """The SDK's arguments for a volume with these inputs."""
    spec: Any = VOLUME.to_api(inputs)
    return {
        "name": spec.get("Name"),
        "driver": spec.get("Driver"),
        "driver_opts": spec.get("Options"),
        "labels": spec.get("Labels"),
    }


class Volume(Resource):
    """A volume; one that exists already under the name is taken over, as Docker's API does."""

    block = VOLUME
    computed = ("mountpoint", "driver")

    def create(self, inputs: Properties, call: Call) -> Live:
        """Make it."""
        name = str(inputs["name"]) if inputs.get("name") else ""
        there = bool(name) and self.read(name, inputs, call) is not None
        live = _live(inputs, call.api.create_volume(**create_arguments(inputs)))
        if there:
            other = (
                "; its labels or options are not the program's" if self.changes(live.inputs, inputs) else ""
            )
            call.info(f"Volume {name} was there already and is taken over with its data{other}.")
        return live

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at it."""
        try:
            return _live(inputs, call.api.inspect_volume(identity))
        except docker_sdk.NotFound:
            return None

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away with its data, once dying containers have let go."""
        del inputs
        refusal = ""

        def gone() -> bool:
            nonlocal refusal
            try:
                call.api.remove_volume(identity)
            except docker_sdk.NotFound:
                return True
            except docker_sdk.APIError as error:
                if error.status_code != _CONFLICT:
                    raise
                refusal = str(error.explanation or error)
                return False
            return True

        if not call.wait(gone, _RELEASE_SECONDS):
            raise ProviderFailure(
                f"Volume {identity} is still in use after {_RELEASE_SECONDS:.0f} s and was kept: {refusal}. "
                "Remove the containers that use it (docker ps -a --filter volume=...), "
                "then run the command again."
            )


def _live(inputs: Properties, found: dict[str, Any]) -> Live:
    wanted, whole = VOLUME.read(inputs, found)
    return Live(found["Name"], wanted, {**whole, "mountpoint": found.get("Mountpoint")})
