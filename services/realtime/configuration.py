"""What the service is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

PREFIX = "REALTIME_"
LARGEST = 2**31


@dataclass(frozen=True)
class Configuration:
    """How one replica runs; each is `REALTIME_` and its name in the environment.

    Attributes:
        max_connections: open connections; one more is closed with 1013.
        max_message: bytes of a client's message; a larger one closes with 1009.
        messages_per_second: of one connection, on average; twice as many at once.
        send_buffer: bytes that wait for a slow client before it is closed with 1013.
        retention_messages: that a channel keeps for `resume`.
        retention_seconds: for which it keeps them.
        drain_seconds: over which a replica that stops says goodbye to its clients.
    """

    max_connections: int = 3000
    max_message: int = 16 * 1024
    messages_per_second: int = 50
    send_buffer: int = 256 * 1024
    retention_messages: int = 2000
    retention_seconds: int = 3600
    drain_seconds: int = 8


def from_environment(environment: Mapping[str, str]) -> Configuration:
    """Reads the configuration.

    Raises:
        ValueError: when a value is no whole number above 0.
    """
    names = {field.name: f"{PREFIX}{field.name.upper()}" for field in fields(Configuration)}
    return Configuration(
        **{name: _number(key, environment[key]) for name, key in names.items() if key in environment}
    )


def _number(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST):
        raise ValueError(f"{key} must be a whole number above 0, not {text!r}")
    return int(text)
