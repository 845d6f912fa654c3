"""What docker.Image pushes, and whether the registry still has it."""

from typing import TYPE_CHECKING

from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.image_name import ImageName
from toolchain.provider.login import Login, of_host
from toolchain.provider.property_value import Properties, Value
from toolchain.provider.push import pushed

if TYPE_CHECKING:
    from toolchain.provider.registry import Registry


def pushed_as(inputs: Properties, call: Call) -> str:
    """Push the image that was just built.

    Returns:
        Its name by digest, `repository@sha256:…`, as Docker itself names it since.
    """
    name = str(inputs["imageName"])
    given = inputs.get("registry")
    words = given if isinstance(given, dict) else {}
    if bool(words.get("username")) != bool(words.get("password")):
        call.info(
            "registry has only one of username and password; what docker login has kept is used instead."
        )
    parts = ImageName.parse(name)
    digest = pushed(call, name, _login(inputs, parts, call)) or _registry(inputs, parts, call).digest(parts)
    return f"{parts.place}@{digest}"


def means(inputs: Properties, known: Value, call: Call) -> bool:
    """Whether the tag in the registry still means what was pushed.

    A registry that does not answer, or lets nobody look, says nothing of the image: it counts as there.
    """
    parts = ImageName.parse(str(inputs["imageName"]))
    try:
        found = _registry(inputs, parts, call).digest(parts)
    except ProviderFailure as failure:
        call.info(f"Whether {inputs['imageName']} is still in its registry is not known. {failure}")
        return True
    return found is not None and str(known or found).endswith(found)


def _login(inputs: Properties, parts: ImageName, call: Call) -> Login:
    return Login.given(inputs.get("registry")) or of_host(call, parts.registry)


def _registry(inputs: Properties, parts: ImageName, call: Call) -> "Registry":
    given = inputs.get("registry")
    server = str(given.get("server") or "") if isinstance(given, dict) else ""
    from toolchain.provider.registry import Registry  # noqa: PLC0415  # imports requests: 0.04 s

    return Registry(server if "://" in server else parts.registry, _login(inputs, parts, call))
