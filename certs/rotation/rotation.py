"""The rotation of a CA in phases: trust both, issue from the new one, drop the old one.

Each phase can be repeated, and the journal says which one is next; so a kill costs nothing but time.
"""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from certs.rotation import successor, transition
from certs.serving.distribution import Step, distribute, verified
from operation.custodian import write_private
from operation.failure import refusal
from operation.stack import Stack

Ca = Literal["issuing", "root"]
Phase = Literal["trust", "issue", "drop"]
PHASES: tuple[Phase, ...] = ("trust", "issue", "drop")
JOURNAL = "rotation.json"


class Journal(BaseModel):
    """What the file says.

    Attributes:
        ca: which CA is replaced.
        phase: the one that is next, or was cut short.
        former: serial number of the CA that goes.
    """

    ca: Ca
    phase: Phase
    former: str


def under_way(stack: Stack) -> Journal | None:
    """The rotation that has begun and not ended."""
    try:
        return Journal.model_validate_json((stack.folder / "certs" / JOURNAL).read_bytes())
    except FileNotFoundError:
        return None


def rotate(stack: Stack, ca: Ca, step: Step, *, through: Phase = "drop") -> list[Phase]:
    """Goes on with a rotation, or begins one.

    Args:
        stack: whose CA.
        ca: which; a rotation that is under way has to be of the same.
        step: begins a named step of the progress.
        through: the last phase to do now.

    Returns:
        The phases that were done.

    Raises:
        Failure: when a party does not take what it is given, or the root's key is needed and not here.
    """
    journal = under_way(stack) or Journal(ca=ca, phase="trust", former=successor.present(stack, ca))
    if journal.ca != ca:
        raise refusal(
            f"a rotation of the {journal.ca} CA is under way, at the phase {journal.phase!r}.",
            remedy=f"`invoke certs.rotate --ca {journal.ca}` ends it first.",
        )
    done: list[Phase] = []
    for phase in PHASES[PHASES.index(journal.phase) : PHASES.index(through) + 1]:
        journal = journal.model_copy(update={"phase": phase})
        _write(stack, journal)
        WORK[phase](stack, journal)
        distribute(stack, step)
        verified(stack, step)
        done.append(phase)
        _next(stack, journal)
    return done


def _next(stack: Stack, journal: Journal) -> None:
    """Writes down that a phase is over; after the last one there is no journal."""
    if journal.phase == PHASES[-1]:
        (stack.folder / "certs" / JOURNAL).unlink()
    else:
        following = PHASES[PHASES.index(journal.phase) + 1]
        _write(stack, journal.model_copy(update={"phase": following}))


def _write(stack: Stack, journal: Journal) -> None:
    write_private(stack.make_folder("certs") / JOURNAL, journal.model_dump_json(indent=2).encode())


def _trust(stack: Stack, journal: Journal) -> None:
    successor.prepare(stack, journal.ca)


def _issue(stack: Stack, journal: Journal) -> None:
    if successor.present(stack, journal.ca) == journal.former:
        successor.take_over(stack, journal.ca)


def _drop(stack: Stack, journal: Journal) -> None:
    successor.drop_former(stack, journal.ca, journal.former)
    transition.forget(stack.folder / "certs", successor.FORMER)


WORK: dict[Phase, Callable[[Stack, Journal], None]] = {"trust": _trust, "issue": _issue, "drop": _drop}
