"""What the witness left for a page: its requests, and whether the ledger is the one that was measured."""

from dataclasses import dataclass

from drills import ledger
from drills.evidence import Evidence, sha256
from drills.ledger import Entry


@dataclass(frozen=True)
class Testimony:
    """The ledger as it lies on the disk.

    Attributes:
        sha256: of the file; empty when there is none.
        complaint: what is wrong with it, a sentence; empty when nothing is.
    """

    entries: tuple[Entry, ...]
    sha256: str
    complaint: str


def heard(drill: Evidence) -> Testimony:
    """Reads the ledger; one that is missing, changed or spoilt is told and no error."""
    try:
        digest = sha256(drill.ledger)
        entries = tuple(ledger.read(drill.ledger))
    except OSError as error:
        return Testimony((), "", f"The ledger cannot be read: {error.strerror}.")
    except (ValueError, TypeError):
        return Testimony((), digest, "The ledger cannot be read: it is spoilt.")
    return Testimony(entries, digest, _complaint(drill, digest))


def _complaint(drill: Evidence, digest: str) -> str:
    journal = drill.journal
    if not digest:
        return "The ledger is not there." if journal.measured else "The witness had not begun."
    noted = journal.measured.ledger_sha256 if journal.measured else ""
    if noted and noted != digest:
        return "The ledger is not the one that was measured: its digest is another."
    return ""
