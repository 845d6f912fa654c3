"""An image by its name on this Docker Engine; one that is absent is pulled."""

from typing import Any

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure


def inspected(call: Call, name: str) -> dict[str, Any] | None:
    """What Docker has of an image; None when there is none of this name or identity."""
    try:
        found: dict[str, Any] = call.api.inspect_image(name)
    except docker_sdk.ImageNotFound:
        return None
    return found


def present(call: Call, name: str, platform: str | None = None) -> dict[str, Any]:
    """An image that is here, pulled if need be.

    Raises:
        ProviderFailure: it is not here and cannot be pulled.
    """
    found = inspected(call, name)
    if found is not None:
        return found
    call.progress(f"Pulling {name}")
    try:
        call.api.pull(name, platform=platform)
    except docker_sdk.APIError as error:
        raise ProviderFailure(
            f"Image {name} is not on this Docker Engine and cannot be pulled: {error.explanation or error}. "
            "Nothing was made: build it, load it (docker load) or correct its name, then `pulumi up` again."
        ) from error
    found = inspected(call, name)
    if found is None:
        raise ProviderFailure(f"Image {name} was pulled and is gone again. Run `pulumi up` once more.")
    return found


def repo_digest(name: str, image: dict[str, Any]) -> str:
    """The digest that names an image in its registry; its identity where it never saw one."""
    digests = image.get("RepoDigests") or []
    if len(digests) == 1:
        return str(digests[0])
    return next((str(each) for each in digests if name in each), str(image["Id"]))
