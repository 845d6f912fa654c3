"""Each peer's backups of the same data: full, of nothing, of a hundredth, and back again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench import sample
from bench.copies import Copy, compared
from bench.own_backups import FULL, RAW, UNCHANGED, Taken
from bench.peer_database import PeerDatabase
from bench.peers import FOLDER, Peer
from bench.row import Row
from bench.sample import Change
from bench.series import Series
from operation.failure import Failure
from operation.progress import Progress

LOCAL = 1
AFTER = (FULL, UNCHANGED, *Change)


@dataclass
class Measured:
    """One peer's figures.

    Attributes:
        copies: by what was changed before.
        restore: seconds of the way back, before any server starts; None where it has none.
    """

    copies: dict[str, Copy] = field(default_factory=dict)
    restore: float | None = None


def measured(
    database: PeerDatabase, rows_: int, peers: tuple[Peer, ...], progress: Progress
) -> dict[str, Measured]:
    """The peers, one after the other; each has the disk for itself.

    One that fails is told, with its words, and left out: its neighbours' figures stay good.
    """
    found: dict[str, Measured] = {}
    for turn, peer in enumerate(peers):
        try:
            with progress.step(peer.name):
                found[peer.name] = _one(database, peer, turn, rows_)
        except Failure as failure:
            progress.say(f"! {peer.name} was not measured: {failure.what}")
    return found


def _one(database: PeerDatabase, peer: Peer, turn: int, rows_: int) -> Measured:
    folder, measured_ = f"{FOLDER}/{peer.key}", Measured()
    database.run("rm -rf $1; mkdir $1", folder, 0)
    if peer.stopped:
        database.stop()
    try:
        _do(database, peer.begin, folder, 0)
        for number, after in enumerate(AFTER if peer.incremental else AFTER[:1], start=1):
            if after in list(Change):
                sample.change(database.container, Change(after), turn, rows_)
            if not peer.stopped:
                database.settle()
            script = peer.full if number == 1 else peer.incremental
            measured_.copies[after] = _copy(database, peer, script, folder, number)
        if peer.restore:
            measured_.restore = database.run(peer.restore, folder, len(measured_.copies)).seconds
    finally:
        _clean(database, peer, folder)
    return measured_


def _copy(database: PeerDatabase, peer: Peer, script: str, folder: str, number: int) -> Copy:
    kept = f"{folder}/{peer.kept}"
    before = database.size(kept) if number > 1 else 0
    took = database.run(script, folder, number).seconds
    return Copy(took, database.size(kept) - before)


def _do(database: PeerDatabase, script: str, folder: str, number: int) -> None:
    if script:
        database.run(script, folder, number)


def _clean(database: PeerDatabase, peer: Peer, folder: str) -> None:
    """Leaves the server running and the disk empty, whatever failed."""
    if peer.stopped:
        database.start()
    try:
        _do(database, peer.end, folder, 0)
    finally:
        database.run("rm -rf $1", folder, 0)


def rows(found: Mapping[str, Measured], raw: Taken, restored: float) -> Iterator[Row]:
    """Each peer beside pgBackRest alone into the local repository; pure.

    Args:
        found: by the peer's name.
        raw: what pgBackRest took alone.
        restored: seconds of pgBackRest's own restore, replay not in it.
    """
    for name, one in found.items():
        for after, copy in one.copies.items():
            yield from compared(
                f"{name}, not encrypted: {after}", "", [copy], f"{RAW}, local", _beside(raw, after)
            )
        if one.restore is not None:
            what, peer = f"{name}: back, without a server's start", f"{RAW}, local, the same"
            yield Row(what, "", Series((one.restore,)), peer, Series((restored,)))


def _beside(raw: Taken, after: str) -> Sequence[Copy]:
    return raw.get((RAW, LOCAL, after), ())
