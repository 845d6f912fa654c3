"""Names of resources whose program gives none: Pulumi's rule, `<logical name>-<seven hex digits>`."""

import hashlib
from dataclasses import dataclass

from toolchain.provider.property_value import Properties

DEFAULTS = "__defaults"
"""Input that lists what was filled in, as the official provider keeps it."""
_DIGITS = 7


@dataclass(frozen=True)
class NameRequest:
    """What a name is made of.

    Attributes:
        logical: the resource's name in the program.
        urn: the resource's URN.
        seed: the engine's random seed, the same in preview and update; empty in old engines.
        proposed: name that the engine's own autonaming settings ask for; empty when there are none.
        forbidden: the settings say that nothing may be named by itself.
    """

    logical: str
    urn: str
    seed: bytes
    proposed: str = ""
    forbidden: bool = False


def named(old: Properties, new: Properties, request: NameRequest) -> Properties:
    """The new inputs with a name: their own, the one given by itself before, or a fresh one."""
    if new.get("name") is not None or request.forbidden:
        return new
    if is_auto_named(old) and old.get("name") is not None:
        name = old["name"]
    else:
        name = request.proposed or f"{request.logical}-{_digits(request)}"
    return {**new, "name": name, DEFAULTS: ["name"]}


def is_auto_named(inputs: Properties) -> bool:
    """Whether the resource's name was given by itself."""
    defaults = inputs.get(DEFAULTS)
    return isinstance(defaults, list) and "name" in defaults


def _digits(request: NameRequest) -> str:
    return hashlib.sha256(request.seed + request.urn.encode()).hexdigest()[:_DIGITS]
