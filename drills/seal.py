"""A drill's journal, signed once it is closed; the ledger is in it by its digest, and so sealed with it."""

from drills.evidence import Evidence
from operation import signature
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


def try_to_seal(stack: Stack, drill: Evidence, progress: Progress) -> None:
    """Signs a journal as it lies there; one that cannot be signed changes nothing of how the drill ended."""
    try:
        signature.sign_beside(stack, drill.path)
    except (Failure, OSError) as error:
        progress.say(f"! the evidence is not signed: {error}")


def sealed(stack: Stack, drill: Evidence) -> str:
    """By which key the journal is signed, or what is wrong with that, in words for a person."""
    if signature.signature_of(drill.path) is None:
        return "not signed"
    try:
        key = signature.public_key(stack)
        wrong = signature.complaint_of(key, drill.path)
    except (Failure, OSError) as error:
        return f"signed, but not to be checked: {str(error).partition(chr(10))[0]}"
    return f"{drill.path.name} {wrong}" if wrong else f"signed by key {signature.name_of(key)}"
