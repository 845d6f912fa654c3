"""An image goes into its registry, by the Docker Engine."""

from typing import Any, Final

from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.image_name import ImageName
from toolchain.provider.local_image import inspected
from toolchain.provider.login import Login
from toolchain.provider.registry_refusal import refused, silent
from toolchain.provider.stream import Message, heard

_UNKNOWN_USER: Final = ("unauthorized", "no basic auth credentials", "denied", "authentication required")
_NO_ANSWER: Final = (
    "connection refused",
    "no such host",
    "timeout",
    "no route to host",
    "unreachable",
    "EOF",
)


def pushed(call: Call, name: str, login: Login) -> str:
    """Push an image that is here.

    Args:
        call: the operation.
        name: of the image, with its registry.
        login: who we are there.

    Returns:
        Its digest in the registry; empty where the engine does not tell it.

    Raises:
        Cancelled: the engine cancelled.
        ProviderFailure: there is no such image, or the registry does not take it.
    """
    parts = ImageName.parse(name)
    if inspected(call, name) is None:
        raise ProviderFailure(
            f"There is no image {name!r} on this Docker Engine, so nothing was pushed: build it under this "
            "name, or pull and tag it, first (docker images)."
        )
    call.progress(f"Pushing {name}")
    digest = ""
    for message in heard(lambda: _begun(call, name, login), call, _cancelled(name)):
        if "error" in message:
            raise ProviderFailure(_why(parts, name, str(message["error"])))
        for line in push_lines(message):
            call.progress(line)
        digest = str((message.get("aux") or {}).get("Digest") or digest)
    return digest


def push_lines(message: Message) -> list[str]:
    """What one message says to a person: a layer's state, without each step of its way."""
    if message.get("progressDetail") or not message.get("status"):
        return []
    layer = f"{message['id']}: " if message.get("id") else ""
    return [f"{layer}{message['status']}"]


def _begun(call: Call, name: str, login: Login) -> Any:
    tag = ImageName.parse(name).tag
    repository = name.removesuffix(f":{tag}")
    return call.api.push(repository, tag=tag, stream=True, decode=True, auth_config=login.for_engine())


def _cancelled(name: str) -> str:
    return f"The push of {name} was cancelled; the tag in the registry means what it meant before."


def _why(parts: ImageName, name: str, error: str) -> str:
    if any(each in error for each in _UNKNOWN_USER):
        return f"Image {name} was not pushed. {refused(parts.registry, error)}"
    if any(each in error for each in _NO_ANSWER):
        return f"Image {name} was not pushed. {silent(parts.registry, error)}"
    return f"Image {name} was not pushed: {error}. The tag in the registry means what it meant before."
