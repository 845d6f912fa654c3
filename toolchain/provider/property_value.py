"""Property values as they travel between the engine and the provider."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from google.protobuf import json_format, struct_pb2

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Value: TypeAlias = "bool | int | float | str | Secret | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = "dict[str, Value]"

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends for a value that is not known before the update."""
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the wire's marker, not a secret


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in its state."""

    value: Value


def read(struct: struct_pb2.Struct) -> Properties:
    """Properties out of a gRPC message; secrets stay marked."""
    message: dict[str, Json] = json_format.MessageToDict(struct)
    return {name: _from_wire(value) for name, value in message.items()}


def write(properties: Properties) -> struct_pb2.Struct:
    """Properties for a gRPC message; absent (None) ones are left out."""
    struct = struct_pb2.Struct()
    struct.update({name: _to_wire(value) for name, value in properties.items() if value is not None})
    return struct


def _from_wire(value: Json) -> Value:
    if isinstance(value, list):
        return [_from_wire(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(_SIGNATURE) == _SECRET:
        return Secret(_from_wire(value.get("value")))
    return {name: _from_wire(item) for name, item in value.items()}


def _to_wire(value: Value) -> Json:
    if isinstance(value, Secret):
        return {_SIGNATURE: _SECRET, "value": _to_wire(value.value)}
    if isinstance(value, list):
        return [_to_wire(item) for item in value]
    if isinstance(value, dict):
        return {name: _to_wire(item) for name, item in value.items()}
    return value


def plain(value: Value) -> Value:
    """The value without the marks of secrets."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def revealed(properties: Properties) -> Properties:
    """All properties without the marks of secrets."""
    return {name: plain(value) for name, value in properties.items()}


def _contains(value: Value, found: Callable[[Value], bool]) -> bool:
    if found(value):
        return True
    if isinstance(value, Secret):
        return _contains(value.value, found)
    if isinstance(value, list):
        return any(_contains(item, found) for item in value)
    return isinstance(value, dict) and any(_contains(item, found) for item in value.values())


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not known yet."""
    return _contains(value, lambda part: part == UNKNOWN)


def has_secret(value: Value) -> bool:
    """Whether any part of the value is marked as secret."""
    return _contains(value, lambda part: isinstance(part, Secret))


def marked_like(model: Value, value: Value) -> Value:
    """The value, with secrets marked where the model has them.

    A part that differs from its model, and whose model holds a secret anywhere, is secret as a whole.
    """
    if isinstance(model, Secret):
        return Secret(value)
    if isinstance(model, dict) and isinstance(value, dict):
        return {name: marked_like(model.get(name), item) for name, item in value.items()}
    if plain(model) == value:
        return model
    return Secret(value) if has_secret(model) else value
