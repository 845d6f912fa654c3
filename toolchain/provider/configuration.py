"""The provider's own configuration: which Docker Engine, and nothing that would be ignored."""

from collections.abc import Iterator
from typing import Final

from toolchain.provider.failure import Fault
from toolchain.provider.property_value import Properties

KNOWN: Final = frozenset({"host", "version", "pluginDownloadURL"})


def refusals(inputs: Properties) -> Iterator[Fault]:
    """Keys that this provider would ignore."""
    for name, value in inputs.items():
        if name not in KNOWN and not name.startswith("__") and value not in (None, "", [], {}):
            yield Fault(
                name,
                "is not implemented by this stand-in for the docker provider, and nothing was changed: "
                "leave it out, or install the official plugin (pulumi plugin install resource docker)",
            )


def host_of(inputs: Properties) -> str:
    """The engine's address; empty for the environment's."""
    return str(inputs.get("host") or "")
