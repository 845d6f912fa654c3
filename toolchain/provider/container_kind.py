"""Kinds of values that only docker.Container has."""

import re
from typing import Final

from toolchain.provider.kind import Integer, Plain, Texts
from toolchain.provider.pair_kind import Hosts
from toolchain.provider.property_value import Json, Value

MEGABYTE: Final = 1024 * 1024


class Megabytes(Integer):
    """Memory in megabytes, or -1 for no limit; Docker's API takes bytes."""

    word = "a whole number of megabytes, or -1"

    def accepts(self, value: Value) -> bool:
        """Whether it is such a number."""
        return super().accepts(value) or value == -1

    def to_api(self, value: Value) -> Json:
        """Bytes; what is not positive stays."""
        number = int(value)  # type: ignore[arg-type]  # accepts() saw a number
        return number * MEGABYTE if number > 0 else number

    def from_api(self, live: Json) -> Value:
        """Megabytes; what is not positive stays."""
        if not isinstance(live, int):
            return None
        return live // MEGABYTE if live > 0 else live


class Cores(Plain):
    """A number of processors as text (`1.5`); Docker's API takes billionths."""

    word = "a number of processors as text, such as 1.5"
    zero = 0

    def accepts(self, value: Value) -> bool:
        """Whether it is such a number."""
        return isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value) is not None

    def to_api(self, value: Value) -> Json:
        """Billionths."""
        return round(float(str(value)) * 1e9)

    def from_api(self, live: Json) -> Value:
        """Text without zeros that say nothing."""
        return f"{live / 1e9:g}" if isinstance(live, int | float) else None

    def normal(self, value: Value) -> Value:
        """A number; none counts as absent."""
        return float(value) or None if isinstance(value, str) and self.accepts(value) else value


class Capabilities(Texts):
    """A set of Linux capabilities; the prefix `CAP_` and case say nothing."""

    def __init__(self) -> None:
        super().__init__(is_set=True)

    def normal(self, value: Value) -> Value:
        """The names without the prefix, sorted; none count as absent."""
        if not isinstance(value, list):
            return value
        names: list[Value] = [str(item).upper().removeprefix("CAP_") for item in value]
        return sorted(names, key=str) or None


class HostLines(Hosts):
    """`{ip, host}` pairs; Docker's API takes `host:ip`."""

    def to_api(self, value: Value) -> Json:
        """The lines."""
        return [f"{host}:{ip}" for ip, host in self.pairs(value)]

    def from_api(self, live: Json) -> Value:
        """The pairs."""
        lines = [str(line).partition(":") for line in live] if isinstance(live, list) else []
        return [{"ip": ip, "host": host} for host, _, ip in lines]
