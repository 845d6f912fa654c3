"""The witness's ledger: what was asked and what was answered, a JSON object a line, only ever appended."""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path


class Status(StrEnum):
    """What became of a request.

    `sent` is written before it leaves, so that a killed witness leaves no row unmentioned; a later line of
    the same number replaces it. A request that stays `sent` counts as unknown.
    """

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """A row that is written, or a read that only probes."""

    WRITE = "write"
    READ = "read"


@dataclass(frozen=True)
class Entry:
    """One request.

    Attributes:
        kind: write or read.
        number: counted from 1, by kind, in the order of sending.
        sent: moment of sending, seconds of `CLOCK_MONOTONIC`, which all processes of a host share.
        sent_at: the same moment, UTC, ISO 8601.
        status: what became of it.
        answered: moment of the answer, or of giving up; None while there is none.
        answered_at: the same moment, UTC, ISO 8601.
        name: of the row.
        id: of the acknowledged row; 0 when there is none.
        detail: HTTP status, or what went wrong.
        late: seconds by which the witness itself was behind its schedule.
    """

    kind: Kind
    number: int
    sent: float
    sent_at: str
    status: Status = Status.SENT
    answered: float | None = None
    answered_at: str = ""
    name: str = ""
    id: int = 0
    detail: str = ""
    late: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the platform did what it was asked."""
        return self.status is Status.ACKNOWLEDGED

    @property
    def ended(self) -> float:
        """When it was known what became of it; the moment of sending when that never was."""
        return self.sent if self.answered is None else self.answered


@dataclass(frozen=True)
class Moment:
    """One point in time, on both clocks."""

    monotonic: float
    utc: datetime

    @property
    def text(self) -> str:
        """UTC, ISO 8601, to the millisecond."""
        return self.utc.isoformat(timespec="milliseconds")


def moment() -> Moment:
    """Now."""
    return Moment(time.monotonic(), datetime.now(UTC))


class Ledger:
    """A file that is appended to; a line is one `write`, so lines of several tasks do not mix."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def append(self, entry: Entry) -> None:
        """Adds one line."""
        os.write(self._descriptor, (json.dumps(asdict(entry)) + "\n").encode())

    def close(self) -> None:
        """Makes all lines durable."""
        os.fsync(self._descriptor)
        os.close(self._descriptor)


def read(path: Path) -> list[Entry]:
    """All requests, by kind and in the order of sending, each as it ended."""
    return folded(path.read_text().splitlines()) if path.exists() else []


def folded(lines: Iterable[str]) -> list[Entry]:
    """The last line of each request; a line cut short by a kill is passed over."""
    found: dict[tuple[Kind, int], Entry] = {}
    for line in lines:
        try:
            content = json.loads(line)
            kind, status = Kind(content["kind"]), Status(content["status"])
            entry = Entry(**{**content, "kind": kind, "status": status})
        except (ValueError, TypeError, KeyError):
            continue
        found[entry.kind, entry.number] = entry
    return [found[key] for key in sorted(found)]


def of(entries: Iterable[Entry], kind: Kind) -> list[Entry]:
    """The requests of one kind."""
    return [entry for entry in entries if entry.kind is kind]
