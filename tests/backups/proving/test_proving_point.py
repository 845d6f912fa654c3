"""The point of a proof: how it is made, what is read of it, and the way there."""

from dataclasses import replace
from typing import Any

import pytest

from backups import mark
from backups.history import Fork
from backups.mark import Mark
from backups.plan import Goal
from backups.proving import point
from backups.recovery import restore_argv
from operation.containers import Output
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import Container, at, backup, catalog, reach

SAID = """{"heartbeat" : "2026-11-24T12:00:00.5+00:00", "at" : "2026-11-24T12:00:01+00:00"}
1306:1308:1306
0/6FFFF9D0|000000020000000000000070
["public.items", 45001]
["public.\\"odd|one's\\"", 0]
0/70000000
"""
POINT = Mark("proof-20261124T120001.000000Z", at(1), position=50, timeline=1, heartbeat=at(0.99))


def test_what_the_database_says_is_read() -> None:
    """Names with quotes and bars too; the timeline is that of the segment."""
    found = point.parse("p", Output(0, SAID, ""))
    assert (found.mark.name, found.mark.timeline, found.mark.position) == ("p", 2, 0x6FFFF9D0)
    assert (found.segment, found.snapshot) == ("000000020000000000000070", "1306:1308:1306")
    assert found.mark.heartbeat < found.mark.at
    assert found.rows == {"bem.public.items": 45001, 'bem.public."odd|one\'s"': 0}


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (Output(3, "", "ERROR:  no such table"), "no such table"),
        (
            Output(0, SAID.splitlines()[0] + "\n:counted\n0/70000000\n", "ERROR:  lock timeout"),
            "lock timeout",
        ),
        (Output(0, SAID.replace("45001", "many"), "odd"), "odd"),
        (Output(0, SAID.replace('"2026-11-24T12:00:00.5+00:00"', "null"), ""), "no point could be made"),
        (Output(0, "", ""), "no point could be made"),
    ],
)
def test_database_that_says_something_else_makes_no_point(output: Output, words: str) -> None:
    """With its own words."""
    with pytest.raises(Failure, match=words):
        point.parse("p", output)


def test_point_is_made_in_one_session_that_locks_and_one_that_counts() -> None:
    """What is counted is asked first; the script gets the statements as one word."""
    living = Container((("pg_relation_size",), 'public.items\npublic."it\'s"\n'), (("bash",), SAID))
    assert point.make(living, at(1)).rows["bem.public.items"] == 45001
    script, *words = living.told[-1][2:]
    assert "in share mode" in script
    assert words[0] == "bash"
    assert "pg_create_restore_point('proof-20261124T120100.000000Z')" in words[1]
    assert "json_build_array('public.\"it''s\"', (select count(*) from public.\"it's\"))" in words[1]
    assert words[1].index("pg_current_snapshot") < words[1].index("pg_create_restore_point")


class Slow(Container):
    """A database that does not count in time."""

    def exec_run(self, argv: list[str], **options: Any) -> tuple[int, tuple[bytes, bytes]]:
        """Ends the session that counts."""
        if "(select count(*)" in argv[-1]:
            self.told.append(argv)
            return 0, (SAID.splitlines()[0].encode(), b"FATAL:  terminating connection due to timeout")
        return super().exec_run(argv, **options)


def test_count_that_takes_too_long_is_left_out() -> None:
    """By another point: recovery stops at the first of a name."""
    uncounted = "\n".join(line for line in SAID.splitlines() if not line.startswith("["))
    living = Slow((("pg_relation_size",), "public.items\n"), (("bash",), uncounted))
    made = point.make(living, at(1))
    assert made.rows == {}
    assert made.mark.name != point.name_at(at(1))
    assert living.was_told("pg_create_restore_point", point.name_at(at(1)))


def test_point_is_no_mark(stack: Stack) -> None:
    """Nobody can give its name to a mark, and two points have two names."""
    with pytest.raises(Failure, match="no name of a mark"):
        mark.checked(stack, point.name_at(at(1)))
    assert point.name_at(at(1)) != point.name_at(at(1.00001))
    assert len(point.name_at(at(1))) < 64


LATE = backup("X", 9, stop_lsn=60)
KNOWN = catalog(
    [backup("L", 0), backup("M", 2), backup("R", 3, 2), LATE], {1: reach(1, None), 2: reach(1, 0)}
)


def test_way_starts_at_the_newest_backup_before_the_point() -> None:
    """By position and not by clock, in that repository, and pauses at the point by its name."""
    found = point.way(KNOWN, 1, POINT)
    assert found is not None
    assert (found.backup.label, found.goal, found.pauses) == ("M", Goal.MARK, True)
    assert {"--type=name", f"--target={POINT.name}", "--target-action=pause"} <= set(
        restore_argv("b", found, 1)
    )
    other = point.way(KNOWN, 2, POINT)
    assert other is not None
    assert other.backup.label == "R"


def test_no_way_to_the_point() -> None:
    """Backups behind it, of another timeline, damaged, or in a repository that is silent."""
    assert point.way(KNOWN, 1, replace(POINT, position=5)) is None
    assert point.way(KNOWN, 1, replace(POINT, timeline=2)) is None
    left = replace(KNOWN, forks={2: (Fork(1, 20),)})
    assert point.way(left, 1, replace(POINT, timeline=2)) is not None
    assert point.way(replace(KNOWN, silent={1: "no route"}), 1, POINT) is None
    damaged = [replace(each, failed=True) for each in KNOWN.backups]
    assert point.way(replace(KNOWN, backups=tuple(damaged)), 1, POINT) is None
