"""The trend: one point for each drill, against the objective that it was held to."""

from pathlib import Path

from drills.evidence import Evidence, State
from drills.pages.trend import trends
from drills.pages.trend_chart import rpo_chart, rto_chart
from tests.drills.pages import samples


def drills(number: int, runbook: str = "database-volume-lost") -> list[Evidence]:
    """Drills whose folders are named by their number."""
    return [Evidence(Path(f"d{each:03}"), one) for each, one in enumerate(samples.many(number, runbook))]


def test_a_trend_for_each_runbook_oldest_first() -> None:
    """Whatever the order in which they were found."""
    found = trends([*reversed(drills(5)), *drills(2, "host-lost")])
    assert [(trend.runbook, len(trend.points)) for trend in found] == [
        ("database-volume-lost", 5),
        ("host-lost", 2),
    ]
    assert [point.folder for point in found[0].points] == ["d000", "d001", "d002", "d003", "d004"]
    assert found[0].last.folder == "d004"
    assert trends([]) == []


def test_marks_tell_met_missed_and_absent() -> None:
    """200 drills are 200 marks, in order, within the drawing."""
    (trend,) = trends(drills(200))
    drawing = rto_chart(trend, "rto")
    kinds = [mark.kind for mark in drawing.marks]
    assert len(kinds) == 200
    assert kinds.count("absent") == sum(point.rto is None for point in trend.points) > 0
    assert kinds.count("met") == sum(point.rto_met for point in trend.points)
    assert kinds.count("missed") > 0
    places = [mark.x for mark in drawing.marks]
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] <= 100
    assert all(0 < mark.y < drawing.height for mark in drawing.marks)


def test_no_line_leads_over_a_drill_without_a_figure() -> None:
    """A gap is a gap."""
    (trend,) = trends(drills(18))
    drawing = rto_chart(trend, "rto")
    assert trend.points[16].rto is None
    assert len([line for line in drawing.lines if line.kind == "way"]) == 15


def test_an_objective_that_changed_is_a_step() -> None:
    """Old drills stay measured against what was promised then."""
    (trend,) = trends(drills(10))
    lines = [line for line in rto_chart(trend, "rto").lines if line.kind == "mark-objective"]
    assert len(lines) == 3
    assert lines[0].y1 < lines[2].y1
    assert len([line for line in rpo_chart(trend, "rpo").lines if line.kind == "mark-objective"]) == 1


def test_one_drill_and_no_figure_at_all() -> None:
    """The least that there can be is drawn too."""
    (trend,) = trends([Evidence(Path("d"), samples.journal(state=State.FAILED, fault_at=None))])
    drawing = rto_chart(trend, "rto")
    assert [mark.kind for mark in drawing.marks] == ["absent"]
    assert drawing.description == "1 drill, none with an RTO."
