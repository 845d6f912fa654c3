"""When each kept generation stopped to serve: to that moment its objects go back with it."""

import json
from datetime import datetime

from operation.custodian import write_private
from operation.stack import Stack

FILE = "left.json"


def keep(stack: Stack, generation: int, moment: str) -> None:
    """Notes the moment (ISO 8601) at which a generation was left with its objects."""
    if generation:
        write_private(stack.folder / FILE, json.dumps({**_read(stack), str(generation): moment}).encode())


def moment(stack: Stack, generation: int) -> datetime | None:
    """The moment; None where the objects did not move with it."""
    found = _read(stack).get(str(generation))
    return datetime.fromisoformat(found) if found else None


def _read(stack: Stack) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((stack.folder / FILE).read_text())
    except (OSError, ValueError):
        return {}
    return found
