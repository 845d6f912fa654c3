"""RTO and RPO, computed from the witness's ledger and from nothing else.

The objectives are those of NIST SP 800-34 rev. 1 (glossary); here is what a client can observe of them:

- RTO, the time that recovery takes: seconds from the fault to the answer of the first request of a *steady
  run*. A single good answer of a platform that still flaps is no recovery, so a steady run is an unbroken row
  of at least `STEADY_REQUESTS` good answers over at least `STEADY_SECONDS`, with no outage behind it: every
  stretch of `OUTAGE_SECONDS` or more without a good answer starts the wait anew.
- RPO, the point in time to which data comes back: rows that were acknowledged and are gone; in seconds, from
  the answer of the first of them to the fault, or to the answer of the last when that is later.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from drills.ledger import Entry, Kind, Status, of

STEADY_REQUESTS = 20
STEADY_SECONDS = 1.0
OUTAGE_SECONDS = 1.0


@dataclass(frozen=True)
class Recovery:
    """How the platform came back.

    Attributes:
        outage_seen: a request failed after the fault.
        seconds: from the fault to the first of the steady run; None while there is none.
    """

    outage_seen: bool
    seconds: float | None


@dataclass(frozen=True)
class Loss:
    """What became of the rows.

    Attributes:
        rows: acknowledged and gone.
        seconds: span of the writes that are gone; 0 when none is.
        first: name of the first row that is gone.
        unknown_present: never answered, and there.
        unknown_absent: never answered, and not there.
        refused_present: answered with a no, and there all the same.
        gone: numbers of the rows that are gone, as first and last of each unbroken stretch.
    """

    rows: int
    seconds: float
    first: str
    unknown_present: int
    unknown_absent: int
    refused_present: int
    gone: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Traffic:
    """How much was asked, and how well the witness kept its own schedule.

    Attributes:
        requests: sent.
        acknowledged: answered with what was asked for.
        refused: answered with a no.
        unknown: without an answer.
        latest: greatest lateness of the witness itself, in seconds; RTO is not sharper than this.
    """

    requests: int
    acknowledged: int
    refused: int
    unknown: int
    latest: float


def recovery(entries: Sequence[Entry], fault: float, needed: int = STEADY_REQUESTS) -> Recovery:
    """When good requests were steady again.

    Args:
        entries: requests of one kind, in the order of sending.
        fault: its moment, on the ledger's clock.
        needed: good answers in a row; fewer for probes that are sent more seldom.
    """
    later = [entry for entry in entries if entry.ended >= fault and entry.status is not Status.SENT]
    bad = [number for number, entry in enumerate(later) if not entry.good]
    if not bad:
        return Recovery(outage_seen=False, seconds=None)
    start = max(_ends_of_outages(later), default=bad[0] + 1)
    for run in _good_runs(later[start:]):
        if is_steady(run, needed):
            return Recovery(outage_seen=True, seconds=run[0].ended - fault)
    return Recovery(outage_seen=True, seconds=None)


def is_steady(run: Sequence[Entry], needed: int = STEADY_REQUESTS) -> bool:
    """Whether good answers in a row are many and long enough."""
    return len(run) >= needed and run[-1].ended - run[0].ended >= STEADY_SECONDS


def ends_steadily(entries: Sequence[Entry]) -> bool:
    """Whether the newest answers are a steady run: the platform is well now."""
    runs = list(_runs([entry for entry in entries if entry.status is not Status.SENT]))
    return bool(runs) and runs[-1][0].good and is_steady(runs[-1])


def loss(writes: Sequence[Entry], present: AbstractSet[str], fault: float) -> Loss:
    """Compares what was acknowledged with what is there.

    Args:
        writes: all rows that were sent.
        present: names of the rows that were read back.
        fault: its moment, on the ledger's clock.
    """
    gone = [entry for entry in writes if entry.good and entry.name not in present]
    open_ = [entry for entry in writes if entry.status in {Status.UNKNOWN, Status.SENT}]
    there = sum(entry.name in present for entry in open_)
    first = min(gone, key=lambda entry: entry.ended, default=None)
    until = max([fault, *(entry.ended for entry in gone)])
    return Loss(
        rows=len(gone),
        seconds=until - first.ended if first else 0.0,
        first=first.name if first else "",
        unknown_present=there,
        unknown_absent=len(open_) - there,
        refused_present=sum(entry.status is Status.REFUSED and entry.name in present for entry in writes),
        gone=_stretches([entry.number for entry in gone]),
    )


def traffic(entries: Iterable[Entry], kind: Kind) -> Traffic:
    """Counts requests of one kind."""
    mine = of(entries, kind)
    counts = {status: sum(entry.status is status for entry in mine) for status in Status}
    return Traffic(
        len(mine),
        counts[Status.ACKNOWLEDGED],
        counts[Status.REFUSED],
        counts[Status.UNKNOWN] + counts[Status.SENT],
        max((entry.late for entry in mine), default=0.0),
    )


def _stretches(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """First and last of each unbroken stretch of numbers."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def _runs(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    """Unbroken stretches of good or of bad answers."""
    run: list[Entry] = []
    for entry in entries:
        if run and run[-1].good is not entry.good:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _good_runs(entries: Sequence[Entry]) -> list[list[Entry]]:
    return [run for run in _runs(entries) if run[0].good]


def _ends_of_outages(entries: Sequence[Entry]) -> list[int]:
    """Index behind each outage: from its first bad request to the next good answer it took long."""
    found, position = [], 0
    for run in _runs(entries):
        position += len(run)
        until = entries[position].ended if position < len(entries) else run[-1].ended
        if not run[0].good and until - run[0].sent >= OUTAGE_SECONDS:
            found.append(position)
    return found
