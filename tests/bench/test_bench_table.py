"""Tables of measurements: medians, peers, and the part of a Markdown file that they replace."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bench import block, table
from bench.outage import longest_gap
from bench.row import HEADINGS, Row
from bench.series import Series
from bench.setup_log import environment
from bench.steps import seconds_of_steps
from drills.ledger import Entry, Kind, Status
from operation.failure import Failure

ROW = Row(
    "`invoke --list`",
    "empty file + 0.15 s",
    Series((0.3, 0.2, 0.5)),
    "empty file",
    Series((0.1, 0.2, 0.15)),
    date="2026-11-25",
    machine="2 cores, 24 GiB",
)
LOG = """\
2026-11-25T03:02:08.000+00:00 == Docker Engine
2026-11-25T03:02:08.100+00:00 $ apt-get install docker.io
2026 packages, 03:04 == no step
2026-11-25T03:02:18.500+00:00 == Pulumi CLI
2026-11-25T03:06:18.500+00:00 built
"""


def acknowledged(number: int, answered: float, status: Status = Status.ACKNOWLEDGED) -> Entry:
    """A write with its answer."""
    return Entry(Kind.WRITE, number, answered - 0.01, "", status=status, answered=answered)


def test_a_series_is_told_by_median_and_span() -> None:
    """Unsorted values; an even number of them has the mean of both middle ones."""
    assert str(Series((0.5, 0.2, 0.3))) == "0.30 s (0.20\N{EN DASH}0.50, n = 3)"
    assert Series((1.0, 2.0, 4.0, 30.0)).median == 3.0
    assert str(Series((12.34,))) == "12.3 s"
    assert str(Series((17,), "rows")) == "17 rows"


def test_a_series_of_nothing_is_refused() -> None:
    """Instead of a median that nobody measured."""
    with pytest.raises(ValueError, match="at least one"):
        Series(())


def test_a_row_stands_beside_its_peer() -> None:
    """Ratio and difference of the medians, in the table and in JSON."""
    cells = dict(zip(HEADINGS, ROW.cells, strict=True))
    assert cells["ratio"] == "2.00 \N{MULTIPLICATION SIGN}"
    assert cells["difference"] == "+0.15 s"
    assert cells["peer"].startswith("empty file: 0.15 s")
    assert (cells["date"], cells["machine"]) == ("2026-11-25", "2 cores, 24 GiB")
    assert ROW.content["measured"] == [0.3, 0.2, 0.5]


def test_a_row_without_a_peer_has_no_ratio() -> None:
    """A dash, and no invented figure; nor is anything divided by nothing."""
    alone = replace(ROW, peer="", beside=None)
    cells = dict(zip(HEADINGS, alone.cells, strict=True))
    assert cells["peer"] == cells["ratio"] == cells["difference"] == "\N{EN DASH}"
    assert alone.content["ratio"] is None
    assert replace(ROW, beside=Series((0.0,))).ratio is None


def test_markdown_has_a_line_a_row() -> None:
    """All lines have as many cells; a bar within one does not add another."""
    heading, rule, line = table.markdown([replace(ROW, what="a|b")]).splitlines()
    assert heading.count("|") == rule.count("|") == len(HEADINGS) + 1
    assert line.startswith(r"| a\|b | empty file + 0.15 s |")


def test_only_the_own_part_of_the_file_is_replaced(tmp_path: Path) -> None:
    """What stands around it stays, another subject's part too; writing twice changes nothing more."""
    path = tmp_path / "measurements.md"
    begin, end = block.markers("up")
    other = "\n".join((block.markers("tasks")[0], "| kept |", block.markers("tasks")[1]))
    path.write_text(f"# Title\n\n{begin}\n| old |\n{end}\n\nwords\n\n{other}\n")
    for _ in range(2):
        block.write("up", "| new |", path)
        assert path.read_text() == f"# Title\n\n{begin}\n| new |\n{end}\n\nwords\n\n{other}\n"


def test_a_part_that_is_not_there_is_added(tmp_path: Path) -> None:
    """At the end; a file that is not there is made."""
    path = tmp_path / "docs" / "measurements.md"
    block.write("up", "| one |", path)
    block.write("tasks", "| two |", path)
    text = path.read_text()
    assert text.startswith(
        "# Measurements\n\n<!-- bench:up -->\n| one |\n<!-- /bench:up -->\n\n<!-- bench:tasks"
    )
    assert text.endswith("| two |\n<!-- /bench:tasks -->\n")


@pytest.mark.parametrize(
    "text",
    [
        "<!-- bench:up -->\n",
        "<!-- /bench:up -->\n",
        "<!-- /bench:up -->\n<!-- bench:up -->\n",
        "<!-- bench:up -->\n<!-- /bench:up -->\n<!-- bench:up -->\n<!-- /bench:up -->\n",
    ],
)
def test_markers_that_do_not_match_are_refused(tmp_path: Path, text: str) -> None:
    """Before anything is measured, and the file stays as it is."""
    path = tmp_path / "measurements.md"
    path.write_text(text)
    with pytest.raises(Failure, match="bench:up"):
        block.check("up", path)
    with pytest.raises(Failure, match="bench:up"):
        block.write("up", "| new |", path)
    assert path.read_text() == text


def test_the_longest_gap_is_between_acknowledged_writes() -> None:
    """Whatever the order of the answers, and whatever was refused in between."""
    entries = [
        acknowledged(1, 10.0),
        acknowledged(3, 14.5),
        acknowledged(2, 10.5),
        acknowledged(4, 12.0, Status.REFUSED),
        acknowledged(5, 12.5, Status.UNKNOWN),
    ]
    assert longest_gap(entries) == pytest.approx(4.0)


def test_no_gap_is_told_of_a_single_write() -> None:
    """Nothing was measured then."""
    with pytest.raises(ValueError, match="empty"):
        longest_gap([acknowledged(1, 10.0)])


def test_steps_are_read_from_a_log() -> None:
    """Each until the next begins, the last until the last line; other programs' words are passed over."""
    assert seconds_of_steps(LOG) == {"Docker Engine": 10.5, "Pulumi CLI": 240.0}


def test_a_log_without_steps_has_none() -> None:
    """Stamped lines alone are no steps; a step that comes again adds to the first."""
    assert seconds_of_steps("no stamped line\n") == {}
    assert seconds_of_steps("2026-11-25T03:02:08.000+00:00 alone\n") == {}
    again = LOG + LOG.replace("T03", "T04")
    assert seconds_of_steps(again)["Docker Engine"] == 21.0


def made(log: Path, at: str) -> Path:
    """A log of the launcher that ended then."""
    log.touch()
    ended = datetime.fromisoformat(at).timestamp()
    os.utime(log, (ended, ended))
    return log


def test_an_environment_made_just_before_belongs_to_the_set_up(tmp_path: Path) -> None:
    """From the moment in its log's name to the last change of the log."""
    made(tmp_path / "20261125T030138-python.log", "2026-11-25T03:02:08+00:00")
    assert environment(tmp_path / "20261125T030208-setup.log") == {"Python environment": 30.0}


def test_an_environment_of_another_time_does_not(tmp_path: Path) -> None:
    """Made long before, or again afterwards; nor when there is none."""
    log = tmp_path / "20261125T030208-setup.log"
    assert environment(log) == {}
    made(tmp_path / "20261125T010000-python.log", "2026-11-25T01:00:30+00:00")
    made(tmp_path / "20261125T030138-python.log", "2026-11-25T05:00:00+00:00")
    assert environment(log) == {}
