"""What `status` and monitoring say of custody: is a copy of the data off this host, and a kit to use it?"""

import socket
from dataclasses import dataclass
from datetime import datetime

from backups.kit import record
from backups.kit.record import Record
from operation.stack import Stack

OWN = "both repositories are on this host: its loss takes them along until S3 lies elsewhere"
MOVE = "`invoke backup.endpoint` moves it"
MAKE = "`invoke backup.kit` makes one"
NAMED = 3
"""Parts that a sentence names before it counts the rest."""


@dataclass(frozen=True)
class Custody:
    """How it stands.

    Attributes:
        off_host: a repository is on another host.
        made: when the newest kit was made; None when there is none.
        stale: parts that have changed since.
        required: the stack's file says that it matters.
    """

    off_host: bool
    made: datetime | None
    stale: tuple[str, ...]
    required: bool

    @property
    def sentences(self) -> list[str]:
        """What is to be done, each with its command; empty when all is well."""
        found = [] if self.off_host else [f"{OWN}: {MOVE}."]
        if self.made is None:
            found.append(f"there is no recovery kit, and a bare host needs one: {MAKE}.")
        elif self.stale:
            shown = ", ".join(self.stale[:NAMED])
            more = f" and {len(self.stale) - NAMED} more" if len(self.stale) > NAMED else ""
            day = self.made.date().isoformat()
            found.append(f"the recovery kit of {day} is stale ({shown}{more} changed since): {MAKE}.")
        return found


def custody(stack: Stack) -> Custody:
    """Looks at the stack's file and its folder; asks a resolver where S3 is.

    Raises:
        Failure: when the stack's file cannot be read.
    """
    settings = stack.settings
    found: Record | None = record.newest(stack)
    return Custody(
        off_host=settings.object_store.outside and not on_this_host(settings.object_store.host),
        made=found.made if found else None,
        stale=tuple(record.stale(stack, found)) if found else (),
        required=settings.backups.off_host_required,
    )


def on_this_host(host: str) -> bool:
    """Whether a name leads to an address of this host; a name that nobody knows now counts as elsewhere."""
    import psutil  # noqa: PLC0415

    mine = {each.address for addresses in psutil.net_if_addrs().values() for each in addresses}
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found & mine)
