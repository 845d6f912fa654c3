"""What the engine keeps of a resource: inputs as they were checked, outputs as Docker has them."""

from toolchain.provider.failure import Fault
from toolchain.provider.naming import NameRequest, named
from toolchain.provider.property_value import (
    UNKNOWN,
    Properties,
    Secret,
    Value,
    has_secret,
    marked_like,
    plain,
    revealed,
)
from toolchain.provider.resource import Live, Resource


def checked(resource: Resource, old: Properties, new: Properties, request: NameRequest) -> Properties:
    """The inputs that the engine goes on with: named, and with what the resource adds by itself.

    Args:
        resource: the kind.
        old: inputs of the last update, empty for a new or a replaced resource.
        new: inputs of the program, secrets marked.
        request: what a name would be made of.
    """
    inputs = named(revealed(old), new, request) if resource.auto_named else new
    prepared = resource.prepared(revealed(inputs))
    return _marked(resource, inputs, prepared)


def faults(resource: Resource, inputs: Properties) -> list[tuple[str, str]]:
    """What is wrong with the inputs: the property's path and the reason, in which no secret is shown.

    The engine prints the value of a property that is named: a secret one's path is in the reason instead.
    """
    values = revealed(inputs)
    found: list[Fault] = [*resource.block.faults(values, ""), *resource.faults(values)]
    return [
        ("", f"{fault.path}: {fault.words(secret=True)}")
        if _is_secret(resource, inputs, fault.path)
        else (fault.path, fault.words(secret=False))
        for fault in found
    ]


def _is_secret(resource: Resource, inputs: Properties, path: str) -> bool:
    """Whether the value at a path is secret, or holds a secret."""
    if any(f"{each}.".startswith(f"{path}.") for each in resource.sensitive):
        return True
    value: Value = inputs
    for name in path.partition("[")[0].split("."):
        if isinstance(value, Secret):
            return True
        value = value.get(name) if isinstance(value, dict) else None
    return has_secret(value)


def outputs(resource: Resource, inputs: Properties, live: Live) -> Properties:
    """The resource's state: its inputs as Docker has them, and what Docker computes.

    Args:
        resource: the kind.
        inputs: the inputs with their secrets marked.
        live: the resource as it was found or made.
    """
    return _marked(resource, inputs, {**live.inputs, **live.computed})


def observed_inputs(resource: Resource, inputs: Properties, live: Live) -> Properties:
    """The inputs that would make the resource as it was found."""
    return _marked(resource, inputs, live.inputs)


def kept(resource: Resource, inputs: Properties, old: Properties) -> Properties:
    """The state of a resource that was changed and does not work: what was asked for, and what stays."""
    return {**{name: old[name] for name in resource.stable if name in old}, **inputs}


def preview(resource: Resource, inputs: Properties, old: Properties) -> Properties:
    """The state as far as it is known before an update.

    Args:
        resource: the kind.
        inputs: inputs of this update.
        old: state before it; empty for a new resource.
    """
    known = resource.foreseen(revealed(inputs))
    return {**dict.fromkeys(resource.computed, UNKNOWN), **known, **kept(resource, inputs, old)}


def _marked(resource: Resource, model: Properties, values: Properties) -> Properties:
    marked: Properties = {name: marked_like(model.get(name), value) for name, value in values.items()}
    for path in resource.sensitive:
        name, _, rest = path.partition(".")
        if name in marked:
            marked[name] = _hidden(marked[name], rest)
    return marked


def _hidden(value: Value, path: str) -> Value:
    """The value with what lies at the path marked as secret; without a path that is all of it."""
    if value is None or isinstance(value, Secret):
        return value
    if not path:
        return Secret(plain(value))
    name, _, rest = path.partition(".")
    return {**value, name: _hidden(value[name], rest)} if isinstance(value, dict) and name in value else value
