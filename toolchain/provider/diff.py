"""What changed between two sets of inputs, and whether it takes a new resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from toolchain.provider.naming import is_auto_named
from toolchain.provider.property_value import Properties, Value
from toolchain.provider.schema import Block, Field


class ChangeKind(Enum):
    """What became of a property."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Change:
    """One property that changed.

    Attributes:
        path: as Pulumi spells it.
        kind: added, changed or taken away.
        replaces: whether the resource cannot be changed in place for it.
    """

    path: str
    kind: ChangeKind
    replaces: bool


def changes(block: Block, old: Value, new: Value, path: str = "") -> Iterator[Change]:
    """The properties that differ in meaning, in the order of the table.

    A property that Docker fills in (a network's driver) and that would take a new resource means «as it is»
    when it is absent: so the official provider has it.

    Args:
        block: the table of the resource's properties.
        old: inputs of the last update, without marks of secrets.
        new: inputs of this one, without marks of secrets.
        path: where the object lies in its resource.
    """
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    for field in block.fields:
        was, now = before.get(field.name), after.get(field.name)
        if now is None and field.engine_fills and field.forces_new:
            continue
        if field.normal(was) != field.normal(now):
            yield from _field_changes(field, was, now, f"{path}.{field.name}" if path else field.name)


def _field_changes(field: Field, was: Value, now: Value, path: str) -> Iterator[Change]:
    if isinstance(field.kind, Block) and isinstance(was, dict) and isinstance(now, dict):
        for change in changes(field.kind, was, now, path):
            yield Change(change.path, change.kind, change.replaces or field.forces_new)
        return
    yield Change(path, _kind(was, now), field.forces_new)


def _kind(was: Value, now: Value) -> ChangeKind:
    if was is None:
        return ChangeKind.ADD
    return ChangeKind.DELETE if now is None else ChangeKind.UPDATE


def mode_change(old: Properties, new: Properties) -> Iterator[Change]:
    """Swarm cannot turn a replicated service into a global one, or back."""
    was, now = _is_global(old), _is_global(new)
    if was != now:
        yield Change("mode", ChangeKind.UPDATE, replaces=True)


def _is_global(inputs: Properties) -> bool:
    mode = inputs.get("mode")
    return isinstance(mode, dict) and mode.get("global") is True


def deletes_first(old: Properties, new: Properties, *, always: bool = False) -> bool:
    """Whether the old resource must go before a new one comes: the program gives both the same name.

    A name that was given by itself is made anew for a replacement, so both can be there at once. The engine
    asks also when nothing here takes a new resource: the program may want one for any change
    (`replace_on_changes`).

    Args:
        old: inputs of the last update.
        new: inputs of this one.
        always: of a kind whose old one must always go first (a container may hold ports).
    """
    return always or (old.get("name") == new.get("name") and not is_auto_named(new))
