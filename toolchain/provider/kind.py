"""The kinds of a property's value: what they accept, how Docker spells them, when two are the same."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from toolchain.provider.depth import Depth
from toolchain.provider.failure import Fault
from toolchain.provider.property_value import UNKNOWN, Json, Value

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+|0")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}


class Kind(Protocol):
    """What a value may be and how it is spelt on both sides."""

    @property
    def zero(self) -> Json:
        """What Docker means when it leaves the value out; None when that is nothing."""
        ...

    def faults(self, value: Value, path: str) -> Iterator[Fault]:
        """Why the value cannot be taken; nothing when it can."""
        ...

    def to_api(self, value: Value) -> Json:
        """The value as Docker's API takes it."""
        ...

    def from_api(self, live: Json) -> Value:
        """The value as a program would write it, of what Docker's API gave."""
        ...

    def normal(self, value: Value) -> Value:
        """The form in which equal values are equal."""
        ...

    def observed(self, old: Value, live: Json, depth: Depth = Depth.WANTED) -> Value:
        """The old value while the live one means the same, else the live one."""
        ...


class Plain:
    """A value that both sides spell alike; what kinds have in common."""

    word = "a value"
    types: tuple[type, ...] = (object,)
    zero: Json = None

    def faults(self, value: Value, path: str) -> Iterator[Fault]:
        """Refuse what has another type; a value that is not known yet is taken."""
        if value != UNKNOWN and not self.accepts(value):
            yield Fault(path, f"is not {self.word}", value)

    def accepts(self, value: Value) -> bool:
        """Whether the value has the right type and form."""
        return isinstance(value, self.types)

    def to_api(self, value: Value) -> Json:
        """The value itself."""
        return value  # type: ignore[return-value]  # checked: no secret is left here

    def from_api(self, live: Json) -> Value:
        """The value itself."""
        return live  # type: ignore[return-value]  # JSON is a property value

    def normal(self, value: Value) -> Value:
        """The value; what is empty counts as absent."""
        return value if value not in (None, "", False, [], {}) else None

    def observed(self, old: Value, live: Json, depth: Depth = Depth.WANTED) -> Value:
        """The old value while the live one means the same, else the live one."""
        del depth
        found = self.from_api(live)
        if old is None:
            return found
        return old if self.normal(found) == self.normal(old) else found


@dataclass(frozen=True)
class Text(Plain):
    """A string, perhaps one of a few."""

    choices: tuple[str, ...] = ()

    @property
    def word(self) -> str:  # type: ignore[override]  # depends on the choices
        """What is accepted, in words."""
        return f"one of {', '.join(self.choices)}" if self.choices else "text"

    def accepts(self, value: Value) -> bool:
        """Whether it is text, and one of the choices if there are any."""
        return isinstance(value, str) and (not self.choices or value in self.choices)


class Boolean(Plain):
    """True or false."""

    word = "true or false"
    types = (bool,)


class Integer(Plain):
    """A whole number that is not negative (the wire has floats only)."""

    word = "a whole number of at least 0"
    zero = 0

    def accepts(self, value: Value) -> bool:
        """Whether it is such a number."""
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and value % 1 == 0
        )

    def to_api(self, value: Value) -> Json:
        """A JSON integer."""
        return int(value)  # type: ignore[arg-type]  # accepts() saw a number

    def normal(self, value: Value) -> Value:
        """An integer; 0 counts as absent."""
        return int(value) or None if isinstance(value, int | float) else value


class Duration(Plain):
    """A duration as Go writes it (`1m30s`); Docker's API takes nanoseconds."""

    word = "a duration such as 500ms, 30s or 1m30s"
    zero = 0

    def accepts(self, value: Value) -> bool:
        """Whether it is such a duration."""
        return isinstance(value, str) and _DURATION.fullmatch(value) is not None

    def to_api(self, value: Value) -> Json:
        """Nanoseconds."""
        return nanoseconds(str(value))

    def from_api(self, live: Json) -> Value:
        """Seconds if they are whole, else milliseconds or nanoseconds."""
        if not isinstance(live, int):
            return None
        for unit in ("s", "ms"):
            if live % _NANOSECONDS[unit] == 0:
                return f"{int(live // _NANOSECONDS[unit])}{unit}"
        return f"{live}ns"

    def normal(self, value: Value) -> Value:
        """Nanoseconds; none counts as absent."""
        return nanoseconds(value) or None if isinstance(value, str) and self.accepts(value) else value


def nanoseconds(duration: str) -> int:
    """Nanoseconds of a duration as Go writes it."""
    return round(sum(float(number) * _NANOSECONDS[unit] for number, unit in _PART.findall(duration)))


class Ratio(Plain):
    """A ratio between 0 and 1, written as text (`0.25`)."""

    word = "a ratio between 0.0 and 1.0 as text"
    zero = 0

    def accepts(self, value: Value) -> bool:
        """Whether it is such a ratio."""
        return isinstance(value, str) and re.fullmatch(r"0(\.\d+)?|1(\.0+)?", value) is not None

    def to_api(self, value: Value) -> Json:
        """A JSON number."""
        return float(str(value))

    def from_api(self, live: Json) -> Value:
        """Text of at most six digits: Docker keeps 32 bits."""
        return f"{live:.6g}" if isinstance(live, int | float) else None

    def normal(self, value: Value) -> Value:
        """A number; none counts as absent."""
        return round(float(value), 6) or None if isinstance(value, str) and self.accepts(value) else value


@dataclass(frozen=True)
class Texts(Plain):
    """A list of strings; as a set, their order says nothing."""

    is_set: bool = False
    word = "a list of texts"

    def accepts(self, value: Value) -> bool:
        """Whether it is a list of strings."""
        return isinstance(value, list) and all(isinstance(item, str) for item in value)

    def normal(self, value: Value) -> Value:
        """The list, sorted if it is a set; an empty one counts as absent."""
        if not isinstance(value, list):
            return value
        return (sorted(value, key=str) if self.is_set else value) or None


class TextMap(Plain):
    """A map of strings; numbers and truth values become text, as the official provider has it."""

    word = "a map of texts"

    def accepts(self, value: Value) -> bool:
        """Whether it is such a map."""
        return isinstance(value, dict) and all(isinstance(x, str | int | float) for x in value.values())

    def to_api(self, value: Value) -> Json:
        """The map, all text."""
        return {name: _text(item) for name, item in _mapping(value).items()}

    def normal(self, value: Value) -> Value:
        """The map, all text; an empty one counts as absent."""
        return (
            {name: _text(item) for name, item in value.items()} or None if isinstance(value, dict) else value
        )


class Environment(TextMap):
    """A map that Docker's API takes as a list of `NAME=value`."""

    def to_api(self, value: Value) -> Json:
        """Sorted, so that the same map is the same specification."""
        return [f"{name}={_text(item)}" for name, item in sorted(_mapping(value).items())]

    def from_api(self, live: Json) -> Value:
        """The map."""
        return dict(str(item).partition("=")[::2] for item in live) if isinstance(live, list) else None


def _text(value: Value) -> str:
    """As Go writes it: the wire has floats only."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value % 1 == 0 else str(value)


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}
