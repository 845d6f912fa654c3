"""docker.RemoteImage: an image that is pulled, or that is here already."""

from typing import Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.kind import Boolean, Text, TextMap, Texts
from toolchain.provider.local_image import inspected, present, repo_digest
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

_ID_CHARACTERS: Final = len("sha256:") + 64
"""The official provider's identity of one is the image's identity with its name behind it."""

REMOTE_IMAGE: Final = Block(
    (
        Field("name", None, Text(), required=True, forces_new=True),
        Field("platform", None, Text(), forces_new=True),
        Field("pullTriggers", None, Texts(is_set=True), forces_new=True),
        Field("triggers", None, TextMap(), forces_new=True),
        Field("keepLocally", None, Boolean()),
        Field("forceRemove", None, Boolean()),
    )
)


class RemoteImage(Resource):
    """An image by its name in a registry."""

    block = REMOTE_IMAGE
    computed = ("imageId", "repoDigest")
    stable = computed
    auto_named = False

    def create(self, inputs: Properties, call: Call) -> Live:
        """Pull it unless it is here."""
        platform = inputs.get("platform")
        name = str(inputs["name"])
        return _live(name, inputs, present(call, name, str(platform) if platform else None))

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at what the name means here."""
        name = str(inputs.get("name") or identity[_ID_CHARACTERS:] or identity)
        found = inspected(call, name)
        return None if found is None else _live(name, {"name": name, **inputs}, found)

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """What changes in place is only how it will be deleted."""
        return self.made(identity, inputs, call)

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away unless it shall stay."""
        del identity
        if inputs.get("keepLocally") is True:
            return
        try:
            call.api.remove_image(str(inputs["name"]), force=inputs.get("forceRemove") is True)
        except docker_sdk.ImageNotFound:
            return


def _live(name: str, inputs: Properties, found: dict[str, object]) -> Live:
    identity = str(found["Id"])
    computed: Properties = {**inputs, "imageId": identity, "repoDigest": repo_digest(name, found)}
    return Live(f"{identity}{name}", inputs, computed)
