"""One step of a drill, in the journal while it runs and after it has ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from drills.evidence import Evidence, Step
from operation.failure import Failure
from operation.progress import Progress


@contextmanager
def recorded(evidence: Evidence, progress: Progress, phase: str, name: str) -> Iterator[Step]:
    """Writes a step into the journal before it begins and after it has ended.

    A block that gives the step a `reason` has failed, and the drill goes on all the same.
    """
    step = Step(phase=phase, name=name, started_at=datetime.now(UTC))
    evidence.journal.steps.append(step)
    evidence.save()
    started = time.monotonic()
    try:
        with progress.step(f"{phase}: {name}"):
            yield step
        step.outcome = "failed" if step.reason else "passed"
    except BaseException as error:
        step.outcome = "failed" if isinstance(error, Exception) else "interrupted"
        step.reason = (
            error.what if isinstance(error, Failure) else f"{type(error).__name__}: {error}".rstrip(": ")
        )
        raise
    finally:
        step.seconds = round(time.monotonic() - started, 3)
        evidence.save()
