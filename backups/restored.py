"""What a restore did, for a person and for machines."""

from dataclasses import dataclass, field

from backups.plan import Plan
from backups.points.beside import Beside
from backups.proof import Facts
from backups.receiver import Tail


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        generation: number of the volume that serves now.
        timeline: of the database that serves now.
        plan: how it was reached; None for an undo.
        facts: what was found in the restored database before it served.
        seconds_down: from the stop of the old database to the health of the new one; 0 when none ran.
        damaged: the old volume could not be read to its end, so that some of its last rows may be gone.
        seconds: from the begin to the end; None for an undo.
        predicted_seconds: as it was foretold; None when nobody could say, or another way was taken.
        tail: what came from the WAL receiver.
        incomplete: the old volume was lost or damaged, and nothing says that its last rows are here.
        beside: what went back beside the database; nothing where it moved alone.
        seams: rows and objects that do not fit, a sentence each.
    """

    generation: int
    timeline: int
    plan: Plan | None
    facts: Facts
    seconds_down: float
    damaged: bool = False
    seconds: float | None = None
    predicted_seconds: float | None = None
    tail: Tail = field(default_factory=Tail)
    incomplete: bool = False
    beside: Beside = field(default_factory=Beside)
    seams: tuple[str, ...] = ()
