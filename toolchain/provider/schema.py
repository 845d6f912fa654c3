"""Properties made of properties: a table says what is known, how Docker spells it, what forces a new one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from toolchain.provider.depth import Depth
from toolchain.provider.failure import Fault
from toolchain.provider.kind import Kind, Plain
from toolchain.provider.property_value import UNKNOWN, Json, Properties, Value


@dataclass(frozen=True)
class Field:
    """One property.

    Attributes:
        name: as Pulumi spells it.
        api: as Docker's API spells it, nested with dots; None for one that only the provider reads.
        kind: what its value may be.
        default: what the official provider puts in when it is absent.
        required: refused when absent.
        forces_new: a change replaces the resource.
        engine_fills: Docker puts in a value of its own when it is absent.
    """

    name: str
    api: str | None
    kind: Kind
    default: Value = None
    required: bool = False
    forces_new: bool = False
    engine_fills: bool = False

    def normal(self, value: Value) -> Value:
        """The value, or the default, in the form in which equal ones are equal."""
        return self.kind.normal(self.default if value is None else value)


@dataclass(frozen=True)
class Block:
    """An object of known properties."""

    fields: tuple[Field, ...]
    zero: ClassVar[Json] = None

    def faults(self, value: Value, path: str) -> Iterator[Fault]:
        """Refuse unknown properties by name, absent required ones and wrong values."""
        if value == UNKNOWN:
            return
        if not isinstance(value, dict):
            yield Fault(path, "is not an object", value)
            return
        known = {field.name for field in self.fields}
        for name in value:
            if name not in known and not name.startswith("__") and value[name] is not None:
                yield Fault(_join(path, name), _NOT_IMPLEMENTED)
        for field in self.fields:
            given = value.get(field.name)
            if given is not None:
                yield from field.kind.faults(given, _join(path, field.name))
            elif field.required:
                yield Fault(_join(path, field.name), "is required and absent")

    def to_api(self, value: Value) -> Json:
        """The object as Docker's API takes it; what is absent and has no default stays absent."""
        given = value if isinstance(value, dict) else {}
        spec: dict[str, Json] = {}
        for field in self.fields:
            chosen = given.get(field.name, field.default)
            if field.api is None or chosen is None:
                continue
            _put(spec, field.api, field.kind.to_api(chosen))
        return spec

    def from_api(self, live: Json) -> Value:
        """The properties that differ from what an absent one means."""
        return self.observed({}, live)

    def normal(self, value: Value) -> Value:
        """All properties with their defaults; an object without anything that counts is absent."""
        if not isinstance(value, dict):
            return value
        found: Properties = {field.name: field.normal(value.get(field.name)) for field in self.fields}
        return found if any(item is not None for item in found.values()) else None

    def observed(self, old: Value, live: Json, depth: Depth = Depth.WANTED) -> Value:
        """The old properties with what differs in the live object put in; None when there is no object."""
        if live is None:
            return None
        given = old if isinstance(old, dict) else {}
        found: Properties = {name: item for name, item in given.items() if name.startswith("__")}
        for field in self.fields:
            value = _observed_field(field, given.get(field.name), live, depth)
            if value is not None:
                found[field.name] = value
        return found

    def read(self, inputs: Properties, live: Json) -> tuple[Properties, Properties]:
        """The inputs that would make a live object, and all that it has.

        Args:
            inputs: those of the last update; none for a resource that is imported.
            live: the object as Docker's API gave it.
        """
        wanted = self.observed(inputs, live, Depth.WANTED if inputs else Depth.FILLED)
        whole = self.observed(inputs, live, Depth.ALL)
        return (wanted if isinstance(wanted, dict) else {}), (whole if isinstance(whole, dict) else {})


_NOT_IMPLEMENTED = (
    "is not implemented by this stand-in for the docker provider, and nothing was changed: "
    "leave it out, or install the official plugin (pulumi plugin install resource docker)"
)


def _observed_field(field: Field, old: Value, live: Json, depth: Depth) -> Value:
    if field.api is None:
        return old
    found = _get(live, field.api)
    if found is None and field.default is not None:
        found = field.kind.zero
    if old is not None:
        same = field.normal(field.kind.from_api(found)) == field.normal(old)
        if same and (found is None or depth < Depth.ALL):
            return old
        return field.kind.observed(old, found, depth)
    if found is None or (field.engine_fills and depth is Depth.WANTED):
        return None
    value = field.kind.observed(None, found, depth)
    if depth is Depth.ALL:
        return value
    return None if field.normal(value) == field.normal(None) else value


@dataclass(frozen=True)
class Blocks(Plain):
    """A list of objects; with a key it is a set of objects told apart by that property."""

    block: Block
    key: str = ""

    def faults(self, value: Value, path: str) -> Iterator[Fault]:
        """Refuse what the object refuses, item by item."""
        if value == UNKNOWN:
            return
        if not isinstance(value, list):
            yield Fault(path, "is not a list of objects", value)
            return
        for number, item in enumerate(value):
            yield from self.block.faults(item, f"{path}[{number}]")

    def to_api(self, value: Value) -> Json:
        """The list; a set is sorted by its key, so that the same set is the same specification."""
        return [self.block.to_api(item) for item in self._items(value)]

    def from_api(self, live: Json) -> Value:
        """The list."""
        return self._items([self.block.from_api(item) for item in live] if isinstance(live, list) else [])

    def normal(self, value: Value) -> Value:
        """The list of comparable objects; an empty one counts as absent."""
        if value == UNKNOWN:
            return value
        return [self.block.normal(item) for item in self._items(value)] or None

    def observed(self, old: Value, live: Json, depth: Depth = Depth.WANTED) -> Value:
        """The old list while every object in it means the same, else the live one."""
        before = self._items(old)
        found = live if isinstance(live, list) else []
        if self.key:
            found = sorted(found, key=lambda item: _sort_key(self.block.from_api(item), self.key))
        if len(before) != len(found):
            return self._items([self.block.observed({}, item, depth) for item in found])
        after = [self.block.observed(*pair, depth) for pair in zip(before, found, strict=True)]
        return old if after == before else after

    def _items(self, value: Value) -> list[Value]:
        items = value if isinstance(value, list) else []
        return sorted(items, key=lambda item: _sort_key(item, self.key)) if self.key else items


def _sort_key(item: Value, key: str) -> str:
    return str(item.get(key)) + json.dumps(item, sort_keys=True) if isinstance(item, dict) else str(item)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _put(spec: dict[str, Json], path: str, value: Json) -> None:
    if value is None:
        return
    *parents, last = path.split(".")
    for parent in parents:
        inner = spec.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        spec = inner
    spec[last] = value


def _get(live: Json, path: str) -> Json:
    for part in path.split("."):
        live = live.get(part) if isinstance(live, dict) else None
    return live
