"""A recovery point: one moment of all that has state, and what of it is kept where."""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from backups.mark import Mark

CACHE, OBJECTS, HOST = "cache", "objects", "host"
"""Parts beside the database: Redis, the applications' objects, the CA with Pulumi's state."""
NAME = re.compile(r"point-\d{8}-\d{6}")


@dataclass(frozen=True)
class Part:
    """One part of a point.

    Attributes:
        name: `cache`, `objects` or `host`.
        at: when it was copied (UTC); of the cache before the database's mark, of the objects after it.
        bytes: of the content before it was encrypted.
        sha256: of the same; empty where the store itself keeps the content.
        facts: what else is known of it.
    """

    name: str
    at: datetime
    bytes: int
    sha256: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """What one `invoke backup` has made.

    Attributes:
        name: of the point and of the mark in the database's WAL.
        mark: the moment of the database.
        parts: what else is kept; a part that failed, or that the stack does not have, is missing.
    """

    name: str
    mark: Mark
    parts: tuple[Part, ...] = ()

    def part(self, name: str) -> Part | None:
        """The part of that name, when the point has it."""
        return next((each for each in self.parts if each.name == name), None)


def name_at(moment: datetime) -> str:
    """The name of a point that is made at a moment; the order of names is that of time."""
    return f"point-{moment.astimezone(UTC):%Y%m%d-%H%M%S}"


def dumped(point: Point) -> str:
    """The manifest as JSON: times ISO 8601 in UTC, sizes in bytes."""
    return json.dumps(content(point), indent=1)


def content(point: Point) -> dict[str, Any]:
    """The same for a program."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(point), default=lambda moment: moment.isoformat()))
    return found


def parsed(text: str | bytes) -> Point:
    """A point from its manifest.

    Raises:
        ValueError: when it is none.
    """
    try:
        found = json.loads(text)
        moments = {key: datetime.fromisoformat(found["mark"][key]) for key in ("at", "heartbeat")}
        parts = tuple(Part(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in found["parts"])
        return Point(found["name"], Mark(**{**found["mark"], **moments}), parts)
    except (KeyError, TypeError, AttributeError) as error:
        message = "it is no manifest of a recovery point"
        raise ValueError(message) from error
