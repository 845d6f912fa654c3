"""Objectives against what was measured, as rows and as a bar each."""

from collections.abc import Iterator
from dataclasses import dataclass

from drills.evidence import Journal, Measured
from drills.figures import Recovery, Traffic
from drills.pages.drawing import Bar, Drawing, Label, Line, Stack
from drills.pages.scale import Scale
from drills.pages.words import NOTHING, count, seconds
from drills.verdict import rpo_met, rto_met

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        met: None where there is nothing to be met.
        note: what the figure means.
    """

    name: str
    objective: str
    measured: str
    met: bool | None = None
    note: str = ""


def rows(journal: Journal) -> list[Row]:
    """RTO and RPO first, then what else was counted."""
    return [*_time(journal), *_data(journal), *_traffic(journal.measured)]


def bars(journal: Journal) -> list[Drawing]:
    """RTO and RPO in seconds, each against its objective; none where nothing was measured."""
    measured = journal.measured
    if measured is None:
        return []
    lost = measured.loss.seconds if measured.loss else None
    pairs = (
        ("rto", "RTO", measured.recovery.seconds, journal.rto_objective, rto_met(journal)),
        ("rpo", "RPO", lost, journal.rpo_objective, rpo_met(journal)),
    )
    return [
        _bar(name, word, value, aim, met=met) for name, word, value, aim, met in pairs if value is not None
    ]


def _time(journal: Journal) -> Iterator[Row]:
    measured = journal.measured
    took = _took(measured.recovery) if measured else NOT_MEASURED
    aim = seconds(journal.rto_objective)
    note = "from the fault to the first of a steady run of good writes"
    yield Row("RTO", aim, took, rto_met(journal) if measured else None, note)
    reads = _took(measured.read_recovery) if measured else NOT_MEASURED
    yield Row("RTO of reads", NOTHING, reads)


def _took(recovery: Recovery) -> str:
    if not recovery.outage_seen:
        return "no request failed"
    return "not reached" if recovery.seconds is None else seconds(round(recovery.seconds, 2))


def _data(journal: Journal) -> Iterator[Row]:
    measured = journal.measured
    lost = measured.loss if measured else None
    aim = seconds(journal.rpo_objective)
    met = rpo_met(journal) if measured else None
    note = "span of the writes that were acknowledged and are gone"
    if lost is None:
        yield Row("RPO", aim, NOT_MEASURED, met, "the rows were not read back" if measured else "")
        return
    yield Row("RPO", aim, seconds(round(lost.seconds, 2)), met, note)
    first = f"the first is {lost.first}" if lost.rows else ""
    yield Row("acknowledged rows that are gone", NOTHING, count(lost.rows, "row"), note=first)
    unknown = lost.unknown_present + lost.unknown_absent
    there = f"{lost.unknown_present:,} are there, {lost.unknown_absent:,} are not; neither is a loss"
    yield Row("rows without an answer", NOTHING, count(unknown, "row"), note=there if unknown else "")
    there = "answered with a no, and written all the same" if lost.refused_present else ""
    yield Row("refused rows that are there", NOTHING, count(lost.refused_present, "row"), note=there)


def _traffic(measured: Measured | None) -> Iterator[Row]:
    if measured is None:
        return
    yield Row(
        "writes of the witness",
        NOTHING,
        count(measured.writes.requests, "request"),
        note=_fates(measured.writes),
    )
    yield Row(
        "reads of the witness",
        NOTHING,
        count(measured.reads.requests, "request"),
        note=_fates(measured.reads),
    )
    late = max(measured.writes.latest, measured.reads.latest)
    yield Row(
        "the witness's own lateness", NOTHING, seconds(round(late, 3)), note="no figure is sharper than this"
    )


def _fates(traffic: Traffic) -> str:
    answered = f"{traffic.acknowledged:,} acknowledged, {traffic.refused:,} refused"
    return f"{answered}, {traffic.unknown:,} without an answer"


def _bar(name: str, word: str, value: float, aim: float, *, met: bool) -> Drawing:
    """A bar from zero, and a line where the objective is."""
    across = Scale(0, max(value, aim) * 1.05, 0, 100)
    kind = "met" if met else "missed"
    said = f"{word}: {seconds(round(value, 2))} measured, objective {seconds(aim)}"
    at = across.at(aim)
    end = "end" if at > 50 else "start"  # noqa: PLR2004  # percent
    return Drawing(
        name,
        f"{word} against its objective",
        f"{said}: {'met' if met else 'not met'}.",
        54,
        (Stack(said, (Bar(0, 22, 100, 16, "lane"), Bar(0, 22, max(across.at(value), 0.4), 16, kind))),),
        (Line(at, 16, at, 44, "mark-objective"),),
        (
            Label(0, 12, f"{word} {seconds(round(value, 2))}", kind="strong"),
            Label(at, 12, f"objective {seconds(aim)}", end, "mark-objective"),
        ),
    )
