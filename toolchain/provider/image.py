"""docker.Image: built by the engine's own builder, never pushed."""

import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from docker.errors import ImageNotFound

from toolchain.provider.build_context import BuildContext
from toolchain.provider.build_log import follow
from toolchain.provider.call import Call
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Boolean, Text, TextMap, Texts
from toolchain.provider.property_value import UNKNOWN, Properties, Value
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

_SILENT_SECONDS: Final = 1800
"""How long a build step may say nothing."""
_FORESEEN: Final = ("baseImageName", "context", "dockerfile", "platform", "registryServer")
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}

BUILD: Final = Block(
    (
        Field("context", None, Text()),
        Field("dockerfile", None, Text()),
        Field("args", None, TextMap()),
        Field("target", None, Text()),
        Field("platform", None, Text()),
        Field("network", None, Text()),
        Field("addHosts", None, Texts()),
        Field("builderVersion", None, Text(("BuilderV1",))),
        Field("contextDigest", None, Text()),
    )
)

IMAGE: Final = Block(
    (
        Field("imageName", None, Text(), required=True),
        Field("build", None, BUILD),
        Field("skipPush", None, Boolean()),
        Field("buildOnPreview", None, Boolean()),
    )
)


def context_of(inputs: Properties) -> BuildContext:
    """The build's files, with the official provider's defaults."""
    build = _build(inputs)
    directory = Path(str(build.get("context") or "."))
    given = build.get("dockerfile")
    return BuildContext(directory, Path(str(given)) if given else directory / "Dockerfile")


def build_arguments(inputs: Properties) -> dict[str, Any]:
    """The SDK's arguments for this build."""
    build, context = _build(inputs), context_of(inputs)
    return {
        "path": str(context.directory),
        "dockerfile": str(context.dockerfile.absolute()),
        "tag": inputs["imageName"],
        "buildargs": TextMap().to_api(build.get("args")) or None,
        "target": build.get("target"),
        "platform": build.get("platform"),
        "network_mode": build.get("network"),
        "extra_hosts": _hosts(build.get("addHosts")),
        "rm": True,
        "forcerm": True,
        "decode": True,
        "timeout": _SILENT_SECONDS,
    }


def _hosts(given: Value) -> dict[str, str] | None:
    """`host:ip` texts as the SDK takes them."""
    lines = [str(each).partition(":") for each in given] if isinstance(given, list) else []
    return {host: ip for host, _, ip in lines} or None


def _build(inputs: Properties) -> Mapping[str, Value]:
    build = inputs.get("build")
    return build if isinstance(build, dict) else {}


def _is_settled(inputs: Properties) -> bool:
    """Whether it is known already which files the build sees."""
    build = _build(inputs)
    return UNKNOWN not in (inputs.get("build"), build.get("context"), build.get("dockerfile"))


class Image(Resource):
    """An image of this host, named by its ID in `repoDigest`."""

    block = IMAGE
    computed = (*_FORESEEN, "repoDigest")
    auto_named = False

    def prepared(self, inputs: Properties) -> Properties:
        """The inputs with a digest of the context: a changed file is a changed input."""
        if not _is_settled(inputs) or context_of(inputs).missing():
            return inputs
        return {**inputs, "build": {**_build(inputs), "contextDigest": context_of(inputs).digest()}}

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse a push, a build in a preview, and a context that is not there."""
        if inputs.get("skipPush") not in {True, UNKNOWN}:
            yield Fault(
                "skipPush",
                "must be true: this stand-in for the docker provider does not push, and nothing was built. "
                "Set skip_push=True, or install the official plugin (pulumi plugin install resource docker)",
            )
        if inputs.get("buildOnPreview"):
            yield Fault(
                "buildOnPreview", "must be false: previews of this stand-in touch nothing. Leave it out"
            )
        missing = context_of(inputs).missing() if _is_settled(inputs) else None
        if missing:
            yield Fault("build", missing)

    def create(self, inputs: Properties, call: Call) -> Live:
        """Build it."""
        name = str(inputs["imageName"])
        call.progress("Building the image")
        follow(lambda: call.api.build(**build_arguments(inputs)), name, call)
        return self._live(inputs, call.api.inspect_image(name)["Id"])

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Build it again; the old image stays for the tasks that run it."""
        del identity
        return self.create(inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at what the name means; None when that is nothing, or not what was built.

        A name that means another image now is as good as gone: services must not get what this program did
        not build.
        """
        given = inputs or {"imageName": identity, "skipPush": True}
        try:
            found = call.api.inspect_image(str(given.get("imageName", identity)))["Id"]
        except ImageNotFound:
            return None
        if call.known.get("repoDigest") not in {None, found}:
            return None
        return self._live(given, found)

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Leave it, as the official provider does: other stacks and stopped tasks may name it."""
        del identity, inputs, call

    def foreseen(self, inputs: Properties) -> Properties:
        """All but the digest follows from the inputs."""
        if not _is_settled(inputs):
            return {}
        context, machine = context_of(inputs), platform.machine()
        return {
            "baseImageName": inputs.get("imageName"),
            "registryServer": "",
            "context": str(context.directory),
            "dockerfile": str(context.dockerfile),
            "platform": _build(inputs).get("platform") or f"linux/{_ARCHITECTURES.get(machine, machine)}",
        }

    def _live(self, inputs: Properties, image_id: str) -> Live:
        computed: Properties = {**self.foreseen(inputs), "repoDigest": image_id}
        return Live(str(inputs.get("imageName")), inputs, {**inputs, **computed})
