"""Marks: named restore points with the facts that a restore to them has to bring back."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backups import server
from backups.engine import query
from backups.history import lsn
from operation.custodian import write_private
from operation.failure import refusal
from operation.stack import Stack

FOLDER = "marks"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
"""PostgreSQL keeps 63 bytes of a restore point's name."""
READABLE = 50
"""Letters of a mark's name in its restore point's."""

POINT = """begin;
lock table operations.heartbeat in share mode;
select max(at) from operations.heartbeat;
select pg_create_restore_point('{name}');
select now();
commit;
select pg_switch_wal()"""
"""No second is written while the point is made: the newest one before it is exactly the newest one in a
restore to it, however much is written. The segment is archived at once."""


@dataclass(frozen=True)
class Mark:
    """A restore point that has a name.

    Attributes:
        name: unique in the stack.
        at: when it was made (UTC), by the database's clock.
        position: in the WAL, as a number.
        timeline: that it is on.
        heartbeat: the newest second that the database knew of.
        point: name of the restore point; empty for marks from when that was the mark's own.
    """

    name: str
    at: datetime
    position: int
    timeline: int
    heartbeat: datetime
    point: str = ""

    @property
    def target(self) -> str:
        """The name that recovery stops at."""
        return self.point or self.name


def checked(stack: Stack, name: str) -> str:
    """The name, when a mark can have it.

    Raises:
        Failure: when it cannot, or another mark has it.
    """
    if not NAME.fullmatch(name):
        raise refusal(
            f"{name!r} is no name of a mark.",
            remedy="small letters, digits, `.`, `_` and `-`, 63 at most: invoke backup.mark before-release-7",
        )
    if _path(stack, name).exists():
        raise refusal(f"there is a mark {name!r} already.", remedy="`invoke backup.marks` shows all of them.")
    return name


def make(stack: Stack, target: Any, name: str) -> Mark:
    """Makes a restore point in the running database and keeps what is true of it.

    Recovery stops at the first point of a name, and a point cannot be taken back. So each try makes one of
    another name: what a killed command left in the WAL is in nobody's way.

    Raises:
        Failure: when the name cannot be had, or the database refuses.
    """
    mark = made(target, checked(stack, name))
    content = {**asdict(mark), "at": mark.at.isoformat(), "heartbeat": mark.heartbeat.isoformat()}
    write_private(_path(stack, name), json.dumps(content, indent=1).encode())
    return mark


def made(target: Any, name: str) -> Mark:
    """Makes a restore point in the running database; whoever asks keeps it.

    Raises:
        Failure: when the database refuses.
    """
    point = f"{name[:READABLE]}.{secrets.token_hex(4)}"
    seen, position, at = query(target, POINT.format(name=point)).splitlines()[:3]
    moment, heartbeat = datetime.fromisoformat(at), datetime.fromisoformat(seen)
    return Mark(name, moment, lsn(position), server.timeline(target), heartbeat, point)


def marks(stack: Stack) -> list[Mark]:
    """All of them, the oldest first."""
    return sorted(map(_read, (stack.folder / FOLDER).glob("*.json")), key=lambda each: each.at)


def mark_of(stack: Stack, name: str) -> Mark:
    """The mark of that name.

    Raises:
        Failure: when there is none.
    """
    known = {each.name: each for each in marks(stack)}
    if name not in known:
        names = ", ".join(known) or "none yet: `invoke backup.mark NAME` makes one"
        raise refusal(f"there is no mark {name!r}.", remedy=f"use one of: {names}.")
    return known[name]


def _read(path: Path) -> Mark:
    content = json.loads(path.read_text())
    moments = {key: datetime.fromisoformat(content[key]) for key in ("at", "heartbeat")}
    return Mark(**{**content, **moments})


def _path(stack: Stack, name: str) -> Path:
    return stack.make_folder(FOLDER) / f"{name}.json"
