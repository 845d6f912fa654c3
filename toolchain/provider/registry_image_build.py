"""`build` of docker.RegistryImage: by the engine's own builder, before the push."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from toolchain.provider.build_context import BuildContext
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Boolean, Integer, Text, TextMap, Texts
from toolchain.provider.property_value import UNKNOWN, Value
from toolchain.provider.schema import Block, Field

_SILENT_SECONDS: Final = 1800
"""How long a build step may say nothing."""

BUILD: Final = Block(
    (
        Field("context", None, Text(), required=True),
        Field("dockerfile", None, Text(), default="Dockerfile"),
        Field("buildArgs", None, TextMap()),
        Field("label", None, TextMap()),
        Field("labels", None, TextMap()),
        Field("target", None, Text()),
        Field("platform", None, Text()),
        Field("networkMode", None, Text()),
        Field("extraHosts", None, Texts()),
        Field("shmSize", None, Integer()),
        Field("noCache", None, Boolean()),
        Field("pullParent", None, Boolean()),
        Field("remove", None, Boolean()),
        Field("forceRemove", None, Boolean()),
        Field("useLegacyBuilder", None, Boolean()),
        Field("version", None, Text(("1",))),
    )
)
"""What the first builder takes; the second one needs buildx."""


def faults(build: Value) -> Iterator[Fault]:
    """Refuse a context or a Dockerfile that is not there."""
    if not isinstance(build, dict) or UNKNOWN in (build.get("context"), build.get("dockerfile")):
        return
    missing = _context(build).missing()
    if missing:
        yield Fault("build", missing)


def arguments(name: str, build: Mapping[str, Value]) -> dict[str, Any]:
    """The SDK's arguments for this build; the Dockerfile lies in the context, as officially."""
    context = _context(build)
    labels = {**_words(build.get("label")), **_words(build.get("labels"))}
    hosts = build.get("extraHosts")
    lines = [str(each).partition(":") for each in hosts] if isinstance(hosts, list) else []
    size = build.get("shmSize")
    return {
        "path": str(context.directory),
        "dockerfile": str(context.dockerfile.absolute()),
        "tag": name,
        "buildargs": _words(build.get("buildArgs")) or None,
        "labels": labels or None,
        "target": build.get("target"),
        "platform": build.get("platform"),
        "network_mode": build.get("networkMode"),
        "extra_hosts": {host: address for host, _, address in lines} or None,
        "shmsize": int(size) if isinstance(size, int | float) else None,
        "nocache": build.get("noCache") is True,
        "pull": build.get("pullParent") is True,
        "rm": build.get("remove") is not False,
        "forcerm": build.get("forceRemove") is True,
        "decode": True,
        "timeout": _SILENT_SECONDS,
    }


def _context(build: Mapping[str, Value]) -> BuildContext:
    directory = Path(str(build.get("context")))
    return BuildContext(directory, directory / str(build.get("dockerfile") or "Dockerfile"))


def _words(value: Value) -> dict[str, str]:
    words: Any = TextMap().to_api(value)
    return dict(words)
