"""The record of the newest kit: when it was made, for whom, and what it held, so that its age is known."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from backups.kit import lasting, parts
from backups.kit.kit import Kit
from operation.custodian import write_private
from operation.stack import Stack

FILE = "kit.json"


@dataclass(frozen=True)
class Record:
    """The newest kit of a stack.

    Attributes:
        made: when (UTC).
        recipients: whom it was encrypted to; none for a passphrase.
        digests: of its lasting parts, by name.
    """

    made: datetime
    recipients: tuple[str, ...]
    digests: Mapping[str, str]


def of_kit(kit: Kit, recipients: tuple[str, ...]) -> Record:
    """The record of a kit."""
    return Record(kit.made, recipients, lasting.digests(kit.parts))


def keep(stack: Stack, record: Record) -> None:
    """Keeps it as that of the newest kit."""
    content = {**asdict(record), "made": record.made.isoformat()}
    write_private(stack.make_folder() / FILE, json.dumps(content, indent=1).encode())


def newest(stack: Stack) -> Record | None:
    """The record; None when no kit was ever made, or it cannot be read: then another kit mends it."""
    try:
        content = json.loads((stack.folder / FILE).read_text())
        made = datetime.fromisoformat(content["made"])
        return Record(made, tuple(content["recipients"]), dict(content["digests"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def stale(stack: Stack, record: Record) -> list[str]:
    """Names of the parts that have changed since that kit, or that it does not have."""
    now = lasting.digests(parts.collected(stack, datetime.now(UTC)))
    return lasting.differences(record.digests, now)
