"""Kinds that Pulumi writes as lists of pairs or words and Docker's API spells in another shape."""

from collections.abc import Iterator

from toolchain.provider.failure import Fault
from toolchain.provider.kind import Plain, Texts
from toolchain.provider.property_value import UNKNOWN, Json, Value


class Pairs(Plain):
    """A set of objects with two texts each, such as `{label, value}`."""

    first = ""
    second = ""

    def faults(self, value: Value, path: str) -> Iterator[Fault]:
        """Refuse items that are not exactly those two texts."""
        if value == UNKNOWN:
            return
        if not isinstance(value, list):
            yield Fault(path, f"is not a list of {{{self.first}, {self.second}}}", value)
            return
        for number, item in enumerate(value):
            if item == UNKNOWN:
                continue
            given = item if isinstance(item, dict) else {}
            if set(given) != {self.first, self.second} or not all(isinstance(x, str) for x in given.values()):
                yield Fault(
                    f"{path}[{number}]", f"is not exactly {{{self.first}, {self.second}}}, both texts"
                )

    def pairs(self, value: Value) -> list[tuple[str, str]]:
        """The pairs, in order of their text."""
        items = value if isinstance(value, list) else []
        return sorted(
            (str(item[self.first]), str(item[self.second])) if isinstance(item, dict) else (str(item), "")
            for item in items
        )

    def normal(self, value: Value) -> Value:
        """The sorted pairs; none count as absent."""
        return [list(pair) for pair in self.pairs(value)] or None if value != UNKNOWN else value


class Labels(Pairs):
    """`{label, value}` pairs; Docker's API takes a map."""

    first = "label"
    second = "value"

    def to_api(self, value: Value) -> Json:
        """The map."""
        return dict(self.pairs(value))

    def from_api(self, live: Json) -> Value:
        """The pairs."""
        found = live if isinstance(live, dict) else {}
        return [{"label": name, "value": str(text)} for name, text in sorted(found.items())]


class Hosts(Pairs):
    """`{ip, host}` pairs; Docker's API takes lines of /etc/hosts."""

    first = "ip"
    second = "host"

    def to_api(self, value: Value) -> Json:
        """The lines."""
        return [f"{ip} {host}" for ip, host in self.pairs(value)]

    def from_api(self, live: Json) -> Value:
        """The pairs."""
        lines = [str(line).partition(" ") for line in live] if isinstance(live, list) else []
        return [{"ip": ip, "host": host} for ip, _, host in lines]


class KeyValues(Texts):
    """A set of `key=value` texts; Docker's API takes a map."""

    def __init__(self) -> None:
        super().__init__(is_set=True)

    def to_api(self, value: Value) -> Json:
        """The map."""
        return dict(str(item).partition("=")[::2] for item in value) if isinstance(value, list) else {}

    def from_api(self, live: Json) -> Value:
        """The texts."""
        return [f"{key}={text}" for key, text in sorted(live.items())] if isinstance(live, dict) else []


class Preferences(Texts):
    """Labels to spread tasks over."""

    def __init__(self) -> None:
        super().__init__(is_set=True)

    def to_api(self, value: Value) -> Json:
        """A spread for each label."""
        return (
            [{"Spread": {"SpreadDescriptor": str(item)}} for item in value] if isinstance(value, list) else []
        )

    def from_api(self, live: Json) -> Value:
        """The labels."""
        found: list[Value] = []
        for item in live if isinstance(live, list) else []:
            spread = item.get("Spread") if isinstance(item, dict) else None
            found.append(str(spread.get("SpreadDescriptor")) if isinstance(spread, dict) else str(item))
        return found


class GlobalMode(Plain):
    """A flag that Docker's API takes as an empty object."""

    word = "true or false"
    types = (bool,)

    def to_api(self, value: Value) -> Json:
        """An empty object if it is set."""
        return {} if value else None

    def from_api(self, live: Json) -> Value:
        """Whether the object is there."""
        return live is not None
