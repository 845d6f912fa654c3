"""docker.Tag: another name for an image of this Docker Engine; every change makes a new one."""

from typing import Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.kind import Text, Texts
from toolchain.provider.local_image import inspected
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

TAG: Final = Block(
    (
        Field("sourceImage", None, Text(), required=True, forces_new=True),
        Field("targetImage", None, Text(), required=True, forces_new=True),
        Field("tagTriggers", None, Texts(is_set=True), forces_new=True),
    )
)


class Tag(Resource):
    """A name; the image behind it stays when the name's resource goes, as with the official provider."""

    block = TAG
    computed = ("sourceImageId",)
    auto_named = False

    def create(self, inputs: Properties, call: Call) -> Live:
        """Give the image the name, whatever the name meant before."""
        source, target = str(inputs["sourceImage"]), str(inputs["targetImage"])
        try:
            call.api.tag(source, target)
        except docker_sdk.ImageNotFound as error:
            raise ProviderFailure(
                f"There is no image {source!r} on this Docker Engine, so {target!r} was not made: "
                "build or pull it first (docker images)."
            ) from error
        return self.made(f"{source}.{target}", inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at what the name means; None when that is nothing, or another image than was tagged."""
        found = inspected(call, str(inputs["targetImage"])) if inputs.get("targetImage") else None
        if found is None or call.known.get("sourceImageId") not in {None, found["Id"]}:
            return None
        return Live(identity, inputs, {**inputs, "sourceImageId": found["Id"]})

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Leave it: containers and services may name it."""
        del identity, inputs, call
