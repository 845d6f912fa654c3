"""One pulse: an entry of the stream, and what is read from it."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services.pulse.kinds import Refused

LONGEST_KEY = 255
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]+)?")


@dataclass(frozen=True)
class Entry:
    """An entry as Redis gave it; its bytes are what a dead letter keeps.

    Attributes:
        id: in the stream; begins with the millisecond of its arrival by Redis' clock.
        fields: key, kind, payload, at and request_id, as the api wrote them.
        deliveries: how often it was given to a worker, this time included.
        failures: how often its processing failed in this worker.
    """

    id: bytes
    fields: Mapping[bytes, bytes]
    deliveries: int = 1
    failures: int = 0

    @property
    def attempts(self) -> int:
        """How often its processing was tried, this time included."""
        return self.deliveries + self.failures

    @property
    def accepted(self) -> float:
        """When it was taken, in seconds since 1970; a replay keeps the first time.

        As its sender says, by a number or a time of ISO 8601; else as Redis says.
        """
        text = self.fields.get(b"at", b"").decode(errors="replace")
        with suppress(ValueError, OverflowError):
            return float(text) if NUMBER.fullmatch(text) else datetime.fromisoformat(text).timestamp()
        return int(self.id.partition(b"-")[0]) / 1000


@dataclass(frozen=True)
class Pulse:
    """What an entry asks for.

    Attributes:
        key: of idempotency; one key has one effect.
        kind: name of its handler.
        payload: for the handler.
    """

    key: str
    kind: str
    payload: Mapping[str, object]


def read(entry: Entry) -> Pulse:
    """What the entry asks for.

    Raises:
        Refused: when it is no pulse.
    """
    key, kind, payload = (_text(entry, name) for name in ("key", "kind", "payload"))
    if not 0 < len(key) <= LONGEST_KEY or "\0" in key:
        raise Refused(f"the key must have 1 to {LONGEST_KEY} characters, none of them NUL")
    try:
        content = json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("the payload is no JSON") from error
    if not isinstance(content, dict):
        raise Refused("the payload is no JSON object")
    return Pulse(key, kind, content)


def _text(entry: Entry, name: str) -> str:
    try:
        return entry.fields[name.encode()].decode()
    except KeyError as error:
        raise Refused(f"there is no {name}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"the {name} is no UTF-8") from error


def _no_constant(name: str) -> float:
    raise ValueError(name)
