"""A change to a stack: locked, audited, and honest about how it ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from operation import audit
from operation.failure import Failure
from operation.lock import locked
from operation.stack import Stack


@dataclass
class Outcome:
    """What the audit line will say; the operation may refine it.

    Attributes:
        outcome: `succeeded` unless the block says `unchanged`.
        detail: one line more.
    """

    outcome: str = "succeeded"
    detail: str = ""


@contextmanager
def mutation(stack: Stack, what: str) -> Iterator[Outcome]:
    """Holds the stack's lock and writes one audit line, however the block ends.

    Raises:
        Failure: when another operation holds the stack.
    """
    with locked(stack, what):
        outcome = Outcome()
        at, started = audit.now(), time.monotonic()
        try:
            yield outcome
        except BaseException as error:
            outcome.outcome = "failed" if isinstance(error, Exception) else "interrupted"
            outcome.detail = error.what if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
            raise
        finally:
            seconds = round(time.monotonic() - started, 3)
            entry = audit.Entry(
                at=at,
                who=audit.actor(),
                what=what,
                seconds=seconds,
                outcome=outcome.outcome,
                detail=outcome.detail.splitlines()[0] if outcome.detail else "",
            )
            audit.record(stack, entry)
