"""The time line: every request is in a bin, under the fate that it had."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from drills.evidence import Journal
from drills.figures import loss
from drills.ledger import Entry, Kind, Status
from drills.pages.drawing import Bar, Drawing
from drills.pages.timeline import MOST_BINS, Timeline, gone, timeline
from drills.pages.timeline_chart import timeline_chart
from tests.drills.pages import samples


def drawn(journal: Journal, entries: list[Entry]) -> tuple[Timeline, Drawing]:
    """Data and drawing; there has to be one."""
    line = timeline(journal, entries)
    assert line is not None
    return line, timeline_chart(line)


def bars(drawing: Drawing) -> list[Bar]:
    """All bars."""
    return [bar for stack in drawing.stacks for bar in stack.bars]


def test_every_request_is_counted_once() -> None:
    """Good, lost, refused and unknown sum up to what the witness sent and the figures say."""
    entries = list(samples.requests())
    found = samples.measured(entries)
    line, _ = drawn(samples.journal(measured=found), entries)
    writes, reads = line.total(Kind.WRITE), line.total(Kind.READ)
    assert writes.total() == found.writes.requests
    assert writes["good"] + writes["lost"] == found.writes.acknowledged
    assert (writes["lost"], writes["refused"], writes["unknown"]) == (
        24,
        found.writes.refused,
        found.writes.unknown,
    )
    assert reads == Counter(
        good=found.reads.acknowledged, refused=found.reads.refused, unknown=found.reads.unknown
    )


def test_lost_rows_stand_right_before_the_fault() -> None:
    """A restore loses the newest rows; moment 0 is the fault and the edge of a bin."""
    entries = list(samples.requests())
    line, drawing = drawn(samples.journal(measured=samples.measured(entries, lost=20)), entries)
    assert {bin_.start for bin_ in line.bins if bin_.writes["lost"]} == {-1.0, -0.5}
    assert all(bin_.writes["good"] == 0 for bin_ in line.bins if 0 < bin_.start < 10)
    (fault,) = [each for each in drawing.lines if each.kind == "mark-fault"]
    assert fault.x1 == min(bar.x for bar in bars(drawing) if bar.kind == "unknown")


def test_what_is_gone_is_named_by_number() -> None:
    """The journal keeps stretches, and they are read back as numbers."""
    writes = [entry for entry in samples.requests() if entry.kind is Kind.WRITE][:9]
    present = {entry.name for entry in writes} - {writes[each].name for each in (1, 2, 5)}
    found = loss(writes, present, samples.CLOCK)
    assert found.gone == ((2, 3), (6, 6))
    assert gone(found) == {2, 3, 6}
    assert gone(None) == frozenset()


@pytest.mark.slow
def test_tens_of_thousands_of_requests_are_a_hundred_bins() -> None:
    """Half an hour of witness: few bins, none outside the drawing, in little time."""
    entries = list(samples.requests(before=20, outage=600, after=1180))
    assert len(entries) > 43_000
    started = time.process_time()
    line, drawing = drawn(samples.journal(measured=samples.measured(entries)), entries)
    assert time.process_time() - started < 10
    assert 60 <= len(line.bins) <= MOST_BINS
    assert all(0 <= bar.x <= bar.x + bar.width <= 100.001 for bar in bars(drawing))
    assert all(0 <= bar.y <= bar.y + bar.height <= drawing.height for bar in bars(drawing))
    assert line.total(Kind.WRITE).total() + line.total(Kind.READ).total() == len(entries)


def test_a_witness_that_was_silent_leaves_a_gap() -> None:
    """Where nothing was asked nothing is drawn, and nothing is made up."""
    entries = [
        entry for entry in samples.requests() if not samples.CLOCK + 2 <= entry.sent < samples.CLOCK + 6
    ]
    line, _ = drawn(samples.journal(measured=samples.measured(entries)), entries)
    assert not [bin_ for bin_ in line.bins if 2 <= bin_.start < 6]


@pytest.mark.parametrize("objective", [5, 3600])
def test_an_objective_is_drawn_where_it_is(objective: int) -> None:
    """One beyond the last request would press all else into a corner; it stands in the table."""
    entries = list(samples.requests())
    journal = samples.journal(measured=samples.measured(entries), rto_objective=objective)
    line, drawing = drawn(journal, entries)
    kinds = {each.kind for each in drawing.lines}
    assert ("mark-objective" in kinds) is (objective <= line.end)
    assert "mark-recovered" in kinds


def test_a_drill_that_broke_nothing_counts_from_its_first_request() -> None:
    """No fault, no recovery, no marks."""
    entries = list(samples.requests(outage=0))
    line, drawing = drawn(samples.journal(fault_at=None), entries)
    assert (line.broken, line.start, line.recovered) == (False, 0, None)
    assert not [each for each in drawing.lines if each.kind.startswith("mark")]
    assert drawing.description.endswith("Nothing was broken.")


def test_spans_are_those_of_the_phases() -> None:
    """From the first step to the end of the last; what lies outside the requests is left out."""
    entries = list(samples.requests())
    line, drawing = drawn(samples.journal(measured=samples.measured(entries)), entries)
    assert [(span.phase, span.start, round(span.end, 1)) for span in line.spans] == [
        ("fault", 0.0, 1.3),
        ("recover", 1.3, 10.7),
        ("verify", 15.4, 16.6),
    ]
    assert "recover, 9.4\N{NO-BREAK SPACE}s" in [label.text for label in drawing.labels]
    late = samples.journal(steps=[samples.cell("verify", "late", 500.0, 1.0)])
    assert timeline(late, entries).spans == ()  # type: ignore[union-attr]


def test_no_requests_no_time_line() -> None:
    """Also when no line of the ledger can be placed in time."""
    entry = next(samples.requests())
    assert timeline(samples.journal(), []) is None
    for spoilt in (
        replace(entry, sent_at="yesterday"),
        replace(entry, sent_at="2026-01-01T00:00:00"),
        replace(entry, sent=float("nan")),
        replace(entry, sent="soon"),  # type: ignore[arg-type]
        replace(entry, sent_at=None),  # type: ignore[arg-type]
    ):
        assert timeline(samples.journal(), [spoilt]) is None


def test_one_request_is_a_time_line() -> None:
    """The least that there can be."""
    entry = replace(next(samples.requests()), status=Status.SENT, answered=None)
    line, drawing = drawn(samples.journal(fault_at=samples.FAULT - timedelta(seconds=1)), [entry])
    assert line.total(Kind.WRITE) == Counter(unknown=1)
    assert len(bars(drawing)) >= 1
