"""docker.Image: built by the engine's own builder, never pushed."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from docker.errors import ImageNotFound

from toolchain.provider.build_context import BuildContext
from toolchain.provider.call import Call
from toolchain.provider.failure import Cancelled, Fault, ProviderFailure
from toolchain.provider.kind import Boolean, Text, TextMap
from toolchain.provider.property_value import Properties, Value, has_unknown
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

_SILENT_SECONDS: Final = 1800
"""How long a build step may say nothing."""
_LAST_LINES: Final = 25

BUILD: Final = Block(
    (
        Field("context", None, Text()),
        Field("dockerfile", None, Text()),
        Field("args", None, TextMap()),
        Field("target", None, Text()),
        Field("platform", None, Text()),
        Field("network", None, Text()),
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
        "buildargs": build.get("args"),
        "target": build.get("target"),
        "platform": build.get("platform"),
        "network_mode": build.get("network"),
        "rm": True,
        "forcerm": True,
        "decode": True,
        "timeout": _SILENT_SECONDS,
    }


def _build(inputs: Properties) -> Mapping[str, Value]:
    build = inputs.get("build")
    return build if isinstance(build, dict) else {}


class Image(Resource):
    """An image of this host, named by its ID in `repoDigest`."""

    block = IMAGE
    computed = ("repoDigest",)
    auto_named = False

    def prepared(self, inputs: Properties) -> Properties:
        """The inputs with a digest of the context: a changed file is a changed input."""
        if has_unknown(inputs) or context_of(inputs).missing():
            return inputs
        return {**inputs, "build": {**_build(inputs), "contextDigest": context_of(inputs).digest()}}

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse a push, and a context that is not there."""
        if inputs.get("skipPush") is not True:
            yield Fault(
                "skipPush",
                "must be true: this stand-in for the docker provider does not push, and nothing was built. "
                "Set skip_push=True, or install the official plugin (pulumi plugin install resource docker)",
            )
        missing = None if has_unknown(inputs) else context_of(inputs).missing()
        if missing:
            yield Fault("build", missing)

    def create(self, inputs: Properties, call: Call) -> Live:
        """Build it."""
        call.progress("Building the image")
        _follow(call.api.build(**build_arguments(inputs)), str(inputs["imageName"]), call)
        return self._live(inputs, call.api.inspect_image(str(inputs["imageName"]))["Id"])

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Build it again; the old image stays for the tasks that run it."""
        del identity
        return self.create(inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look for the name; None when the host has no such image."""
        name = str(inputs.get("imageName", identity))
        try:
            return self._live(inputs, call.api.inspect_image(name)["Id"])
        except ImageNotFound:
            return None

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Leave it, as the official provider does: other stacks and stopped tasks may name it."""
        del identity, inputs, call

    def _live(self, inputs: Properties, image_id: str) -> Live:
        context = context_of(inputs)
        computed: Properties = {
            "baseImageName": inputs.get("imageName"),
            "registryServer": "",
            "context": str(context.directory),
            "dockerfile": str(context.dockerfile),
            "platform": _build(inputs).get("platform"),
            "repoDigest": image_id,
        }
        return Live(str(inputs.get("imageName")), inputs, computed)


def _follow(messages: Iterable[Mapping[str, Any]], name: str, call: Call) -> None:
    last: deque[str] = deque(maxlen=_LAST_LINES)
    for message in messages:
        if call.stop.is_set():
            raise Cancelled(f"The build of {name} was cancelled; nothing uses the half-built image.")
        for line in build_lines(message):
            last.append(line)
            call.progress(line)
        if "error" in message:
            lines = "\n".join(f"  | {line}" for line in last)
            raise ProviderFailure(
                f"Image {name} was not built: {message['error']}\nLast lines of the build:\n{lines}\n"
                "Nothing that runs was changed; correct the Dockerfile or what it needs, "
                "then run `pulumi up` again."
            )


def build_lines(message: Mapping[str, Any]) -> list[str]:
    """The lines that one message of the builder says."""
    text = str(message.get("stream") or message.get("status") or "")
    return [line.rstrip() for line in text.splitlines() if line.strip()]
