"""What secrets and configs have in common: Base64 bytes under a name that Swarm keeps."""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from docker.errors import APIError, NotFound

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
        base64.b64decode(data, validate=True)
    except binascii.Error:
        yield Fault("data", "is not Base64, and nothing was stored: encode the bytes (base64.b64encode)")


def look(
    inspect: Callable[[str], dict[str, Any]], block: Block, identity: str, inputs: Properties
) -> Live | None:
    """What Swarm says of it, without its bytes; None when it is gone."""
    try:
        found = inspect(identity)
    except NotFound:
        return None
    observed = block.observed(inputs, found["Spec"])
    return Live(found["ID"], observed if isinstance(observed, dict) else inputs, {})


def take_away(remove: Callable[[str], object], what: str, identity: str) -> None:
    """Remove it; it being gone already is success.

    Raises:
        ProviderFailure: a service still names it.
    """
    try:
        remove(identity)
    except NotFound:
        return
    except APIError as error:
        if "in use" not in str(error.explanation):
            raise
        raise ProviderFailure(
            f"{what} cannot go: {error.explanation}. A service still names it, so nothing was removed: "
            "give changed content a new name (a hash of it), or delete the service first."
        ) from error
