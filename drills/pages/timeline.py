"""The time line of a drill as data: the witness's requests in bins, and the spans of the phases."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drills.evidence import Journal, Step
from drills.figures import Loss
from drills.ledger import Entry, Kind, Status
from drills.pages.scale import time_step

MOST_BINS = 120
FATES = ("good", "lost", "refused", "unknown")
"""In the order in which they are piled up."""

PHASES = ("fault", "recover", "verify")
"""Those whose spans explain what the witness saw."""


@dataclass(frozen=True)
class Bin:
    """Requests that were sent from `start` on, for one width.

    Attributes:
        writes: how many of each fate.
        reads: the same; a read cannot be lost.
    """

    start: float
    writes: Counter[str]
    reads: Counter[str]


@dataclass(frozen=True)
class Span:
    """From when to when a phase ran."""

    phase: str
    start: float
    end: float


@dataclass(frozen=True)
class Timeline:
    """Seconds count from the fault, or from the first request when nothing was broken.

    Attributes:
        broken: there was a fault.
        read_back: it is known which rows are gone.
        width: of a bin.
        recovered: when writes were steadily good again; None when they never were.
        objective: of the RTO.
    """

    broken: bool
    read_back: bool
    start: float
    end: float
    width: float
    bins: tuple[Bin, ...]
    spans: tuple[Span, ...]
    recovered: float | None
    objective: float

    def total(self, kind: Kind) -> Counter[str]:
        """How many of each fate."""
        each = (bin_.writes if kind is Kind.WRITE else bin_.reads for bin_ in self.bins)
        return sum(each, Counter[str]())


def timeline(journal: Journal, entries: Iterable[Entry]) -> Timeline | None:
    """Bins what the witness asked; None when it asked nothing."""
    sent = [entry for entry in entries if _is_moment(entry.sent)]
    origin = _origin(sent)
    if origin is None:
        return None
    zero = journal.fault_at or origin + timedelta(seconds=min(entry.sent for entry in sent))
    shift = (origin - zero).total_seconds()
    measured = journal.measured
    start, end, width = _range([entry.sent + shift for entry in sent])
    return Timeline(
        journal.fault_at is not None,
        measured is not None and measured.loss is not None,
        start,
        end,
        width,
        _bins(sent, shift, start, width, gone(measured.loss if measured else None)),
        tuple(_spans(journal.steps, zero, start, end)),
        measured.recovery.seconds if measured and journal.fault_at else None,
        journal.rto_objective,
    )


def gone(loss: Loss | None) -> frozenset[int]:
    """Numbers of the writes that were acknowledged and are not there."""
    stretches = loss.gone if loss else ()
    return frozenset(number for first, last in stretches for number in range(first, last + 1))


def fate(entry: Entry, lost: frozenset[int]) -> str:
    """What became of a request."""
    if entry.good:
        return "lost" if entry.kind is Kind.WRITE and entry.number in lost else "good"
    return "refused" if entry.status is Status.REFUSED else "unknown"


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _origin(entries: Sequence[Entry]) -> datetime | None:
    """UTC of moment 0 of the ledger's clock, from the first line that tells both."""
    for entry in entries:
        try:
            at = datetime.fromisoformat(entry.sent_at)
            return at - timedelta(seconds=entry.sent) if at.tzinfo else None
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _range(moments: Sequence[float]) -> tuple[float, float, float]:
    """Start, end and width of the bins; moment 0 is an edge of one."""
    low, high = min(moments), max(moments)
    width = time_step(max(high - low, 1.0), MOST_BINS - 2)
    return math.floor(low / width) * width, (math.floor(high / width) + 1) * width, width


def _bins(
    entries: Sequence[Entry], shift: float, start: float, width: float, lost: frozenset[int]
) -> tuple[Bin, ...]:
    found: dict[int, Bin] = {}
    for entry in entries:
        index = math.floor((entry.sent + shift - start) / width)
        bin_ = found.setdefault(index, Bin(round(start + index * width, 3), Counter(), Counter()))
        (bin_.writes if entry.kind is Kind.WRITE else bin_.reads)[fate(entry, lost)] += 1
    return tuple(found[index] for index in sorted(found))


def _spans(steps: Sequence[Step], zero: datetime, start: float, end: float) -> Iterable[Span]:
    for phase in PHASES:
        mine = [step for step in steps if step.phase == phase]
        if not mine:
            continue
        first, last = mine[0], mine[-1]
        begun = (first.started_at - zero).total_seconds()
        ended = (last.started_at - zero).total_seconds() + (last.seconds or 0.0)
        if begun < end and ended > start:
            yield Span(phase, begun, ended)
