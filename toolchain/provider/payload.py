"""What secrets and configs have in common: Base64 bytes under a name that Swarm keeps."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from toolchain.provider import docker_sdk
from toolchain.provider.failure import Fault, ProviderFailure
from toolchain.provider.property_value import UNKNOWN, Properties
from toolchain.provider.resource import Live
from toolchain.provider.schema import Block


def base64_faults(inputs: Properties) -> Iterator[Fault]:
    """Refuse data that is not Base64, without showing it."""
    data = inputs.get("data")
    if not isinstance(data, str) or data == UNKNOWN:
        return
    try:
        decoded(data)
    except ValueError:
        yield Fault("data", "is not Base64, and nothing was stored: encode the bytes (base64.b64encode)")


def decoded(data: str) -> bytes:
    """The bytes of standard Base64; line breaks in it say nothing, as in Go.

    Raises:
        ValueError: it is not Base64.
    """
    return base64.b64decode(data.replace("\n", "").replace("\r", ""), validate=True)


def look(
    inspect: Callable[[str], dict[str, Any]],
    block: Block,
    identity: str,
    inputs: Properties,
    *,
    with_data: bool = False,
) -> Live | None:
    """What Swarm says of it; None when it is gone.

    Args:
        inspect: the API's request.
        block: the table of its properties.
        identity: Swarm's identity of it.
        inputs: those of the last update; none for one that is imported.
        with_data: the API gives the bytes, which an import needs. They never change.
    """
    try:
        found = inspect(identity)
    except docker_sdk.NotFound:
        return None
    wanted, whole = block.read(inputs, found["Spec"])
    data: Properties = {"data": found["Spec"].get("Data")} if with_data and not inputs else {}
    return Live(found["ID"], {**wanted, **data}, {**whole, **data})


def take_away(remove: Callable[[str], object], what: str, identity: str) -> None:
    """Remove it; it being gone already is success.

    Raises:
        ProviderFailure: a service still names it.
    """
    try:
        remove(identity)
    except docker_sdk.NotFound:
        return
    except docker_sdk.APIError as error:
        if "in use" not in str(error.explanation):
            raise
        raise ProviderFailure(
            f"{what} cannot go: {error.explanation}. A service still names it, so nothing was removed: "
            "give changed content a new name (a hash of it), or delete the service first."
        ) from error
