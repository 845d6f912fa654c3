"""What the WAL receiver gives to a restore of a dead database, and whether nothing can be missing then."""

from dataclasses import dataclass
from typing import Any

from backups import server
from backups.engine import query
from backups.scratch import volume_exists
from infra.parties import WAL_RECEIVER
from operation.containers import execute, required
from operation.failure import Failure
from operation.stack import Stack

FOLDER = "/received"
"""Where its volume is in a scratch, read-only."""
OFFERED = "/tmp/received"  # noqa: S108  # in the scratch's own tmpfs; `fetch-wal` looks for it
TAKEN, HOLE = "/cluster/from-receiver", "/cluster/received-hole"
"""Where `fetch-wal` writes down which segments it took from there, and which it should have found."""
SYSTEM = "Database system identifier"
WAITED = "select waits from operations.zero_loss order by at desc limit 1"


@dataclass(frozen=True)
class Tail:
    """The end of the WAL, as it came out of a restore of a dead database.

    Attributes:
        segments: that only the WAL receiver had, in order.
        holes: segments that nobody has, although the receiver has later ones.
        waited: the restored database says that commits waited for the receiver.
        beyond: a later timeline that the receiver knows and no repository does; 0 when there is none.
    """

    segments: tuple[str, ...] = ()
    holes: tuple[str, ...] = ()
    waited: bool = False
    beyond: int = 0

    @property
    def whole(self) -> bool:
        """Whether every acknowledged row is in it, also without the volume that served."""
        return self.waited and not self.holes and not self.beyond


def volume(stack: Stack) -> str:
    """The receiver's volume; empty where the stack has none."""
    name = stack.object_name(WAL_RECEIVER.role)
    return name if stack.settings.database.wal_receiver.enabled and volume_exists(name) else ""


def offer(target: Any) -> None:
    """Lets recovery take what was received of this very cluster; only once its database is dead.

    Raises:
        Failure: when that cannot be noted.
    """
    system = server.control(target, server.DATA).get(SYSTEM, "")
    script = f'[ ! -d {FOLDER} ] || [ -z "$1" ] || echo "{FOLDER}/$1" > {OFFERED}'
    required(execute(target, ["sh", "-c", script, "sh", system]), "noting the WAL receiver's folder")


def waited(target: Any) -> bool:
    """Whether commits waited for the receiver, by what a restored database remembers.

    A change to «they do not» is archived before it takes effect, unless no repository takes it.
    """
    try:
        return query(target, WAITED) == "t"
    except Failure:
        return False  # a database of a time without one


def tail(target: Any, timeline: int, *, waited: bool) -> Tail:
    """What `fetch-wal` wrote down in the restored volume.

    Args:
        target: the scratch's container.
        timeline: that recovery followed.
        waited: see `waited`.
    """
    folders = _words(target, f"ls -d $(cat {OFFERED})-*")
    newest = max((int(each.rsplit("-", 1)[1], 16) for each in folders), default=0)
    beyond = newest if newest > timeline else 0
    return Tail(_words(target, f"cat {TAKEN}"), _words(target, f"sort -u {HOLE}"), waited, beyond)


def _words(target: Any, script: str) -> tuple[str, ...]:
    """Nothing where the file is not there."""
    return tuple(execute(target, ["sh", "-c", f"{script} 2>/dev/null"]).stdout.split())
