"""What the last look into the vault found, kept for `status`, which lists nothing itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from operation.custodian import write_private
from operation.stack import Stack

FILE = "vault.json"


@dataclass(frozen=True)
class Record:
    """The last look.

    Attributes:
        at: when it was (UTC).
        since: from when on deletions were counted.
        shortest_until: when the shortest lock of what is needed ends; None where nothing was there.
        shortest_key: whose it is.
        strange: keys that are deleted or overwritten, not as pgBackRest does it.
        first: one of them.
    """

    at: datetime
    since: datetime
    shortest_until: datetime | None
    shortest_key: str
    strange: int
    first: str

    @property
    def next_since(self) -> datetime:
        """From when on the next look counts: what is not mended is told again."""
        return self.since if self.strange else self.at


def of_look(found: Mapping[str, Any]) -> Record:
    """The record of what the tool found."""
    until = found["shortest_until"]
    keys = [*found["deleted_keys"], *found["overwritten_keys"]]
    return Record(
        datetime.fromisoformat(found["at"]),
        datetime.fromisoformat(found["since"]),
        datetime.fromisoformat(until) if until else None,
        found["shortest_key"],
        found["deleted_otherwise"] + found["overwritten_otherwise"],
        keys[0] if keys else "",
    )


def keep(stack: Stack, record: Record) -> None:
    """Keeps it as the last one."""
    text = json.dumps(asdict(record), indent=1, default=lambda moment: moment.astimezone(UTC).isoformat())
    write_private(stack.make_folder() / FILE, text.encode())


def last(stack: Stack) -> Record | None:
    """The record; None when nobody ever looked, or it cannot be read: then the next look mends it."""
    try:
        content = json.loads((stack.folder / FILE).read_text())
        until = content["shortest_until"]
        return Record(
            datetime.fromisoformat(content["at"]),
            datetime.fromisoformat(content["since"]),
            datetime.fromisoformat(until) if until else None,
            str(content["shortest_key"]),
            int(content["strange"]),
            str(content["first"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
