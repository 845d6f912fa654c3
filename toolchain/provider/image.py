"""docker.Image: built by the engine's own builder, and pushed unless the program says not to."""

import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from toolchain.provider import docker_sdk, image_push
from toolchain.provider.build_context import BuildContext
from toolchain.provider.build_log import follow
from toolchain.provider.call import Call
from toolchain.provider.diff import Change, changes
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Boolean, Text, TextMap, Texts
from toolchain.provider.property_value import UNKNOWN, Properties, Value
from toolchain.provider.registry_image import other_registry
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

_SILENT_SECONDS: Final = 1800
"""How long a build step may say nothing."""
_FORESEEN: Final = ("baseImageName", "context", "dockerfile", "platform", "registryServer")
_LOGIN: Final = frozenset({"registry.username", "registry.password"})
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

REGISTRY: Final = Block(
    (
        Field("server", None, Text()),
        Field("username", None, Text()),
        Field("password", None, Text()),
    )
)

IMAGE: Final = Block(
    (
        Field("imageName", None, Text(), required=True),
        Field("build", None, BUILD),
        Field("registry", None, REGISTRY),
        Field("skipPush", None, Boolean()),
        Field("buildOnPreview", None, Boolean()),
    )
)


def context_of(inputs: Properties) -> BuildContext:
    """The build's files, with the official provider's defaults."""
    build = _given(inputs, "build")
    directory = Path(str(build.get("context") or "."))
    given = build.get("dockerfile")
    return BuildContext(directory, Path(str(given)) if given else directory / "Dockerfile")


def build_arguments(inputs: Properties) -> dict[str, Any]:
    """The SDK's arguments for this build."""
    build, context = _given(inputs, "build"), context_of(inputs)
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


def _given(inputs: Properties, name: str) -> Mapping[str, Value]:
    """An object of the inputs; an empty one when it is absent or not known yet."""
    found = inputs.get(name)
    return found if isinstance(found, dict) else {}


def _is_settled(inputs: Properties) -> bool:
    """Whether it is known already which files the build sees."""
    build = _given(inputs, "build")
    return UNKNOWN not in (inputs.get("build"), build.get("context"), build.get("dockerfile"))


class Image(Resource):
    """An image; `repoDigest` names it by its digest in the registry, or by its ID when it is not pushed."""

    block = IMAGE
    computed = (*_FORESEEN, "repoDigest")
    sensitive = ("registry.password",)
    auto_named = False

    def prepared(self, inputs: Properties) -> Properties:
        """The inputs with a digest of the context: a changed file is a changed input."""
        if not _is_settled(inputs) or context_of(inputs).missing():
            return inputs
        return {**inputs, "build": {**_given(inputs, "build"), "contextDigest": context_of(inputs).digest()}}

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse a push to another registry than the name's, a build in a preview, and absent files."""
        if inputs.get("skipPush") not in {True, UNKNOWN}:
            server = _given(inputs, "registry").get("server")
            yield from other_registry("registry.server", server, inputs.get("imageName"))
        if inputs.get("buildOnPreview"):
            yield Fault(
                "buildOnPreview", "must be false: previews of this stand-in touch nothing. Leave it out"
            )
        missing = context_of(inputs).missing() if _is_settled(inputs) else None
        if missing:
            yield Fault("build", missing)

    def changes(self, old: Properties, new: Properties) -> list[Change]:
        """What changed; another user or password builds nothing anew, as the SDK documents it."""
        return [each for each in changes(IMAGE, old, new) if each.path not in _LOGIN]

    def create(self, inputs: Properties, call: Call) -> Live:
        """Build it, and push it."""
        name = str(inputs["imageName"])
        call.progress("Building the image")
        follow(lambda: call.api.build(**build_arguments(inputs)), name, call)
        if inputs.get("skipPush") is True:
            return self._live(inputs, call.api.inspect_image(name)["Id"])
        return self._live(inputs, image_push.pushed_as(inputs, call))

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
        known = call.known.get("repoDigest")
        if given.get("skipPush") is not True:
            there = image_push.means(given, known, call)
            return self._live(given, known) if there else None
        try:
            found = call.api.inspect_image(str(given.get("imageName", identity)))["Id"]
        except docker_sdk.ImageNotFound:
            return None
        return self._live(given, found) if known in {None, found} else None

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
            "registryServer": _given(inputs, "registry").get("server") or "",
            "context": str(context.directory),
            "dockerfile": str(context.dockerfile),
            "platform": _given(inputs, "build").get("platform")
            or f"linux/{_ARCHITECTURES.get(machine, machine)}",
        }

    def _live(self, inputs: Properties, digest: Value) -> Live:
        computed: Properties = {**self.foreseen(inputs), "repoDigest": digest}
        return Live(str(inputs.get("imageName")), inputs, {**inputs, **computed})
