import json
from datetime import UTC, datetime

import pytest

from backups.catalog import Reach, parse_reach, read_catalog, with_ends
from backups.history import Fork
from operation.failure import Failure
from tests.backups import samples
from tests.backups.scene import Container

SERVING = "000000010000000000000005 2026-11-25T03:16:46.123456+00:00\n"
HISTORIES = json.dumps({"00000002.history": "1\t0/3000060\tno recovery target specified\n"})


def test_catalogue_is_put_together() -> None:
    """Backups, reach and forks of both repositories; the highest timeline serves."""
    asked = Container(
        (("info",), json.dumps(samples.info())),
        (("wal-reach",), SERVING),
        (("timeline-histories",), HISTORIES),
    )
    known = read_catalog(asked, "bem")
    assert known.reaches[1].until == datetime(2026, 11, 25, 3, 16, 46, 123456, tzinfo=UTC)
    assert known.forks == {2: (Fork(1, 0x3000060),)}
    assert known.timelines == (1, 2)
    assert known.timeline == 2
    assert known.silent == {}
    assert ["wal-reach", "bem", "1", "17-1", "00000001"] in asked.told


def test_silent_repository_is_named_and_not_fatal() -> None:
    """The other one is read."""
    asked = Container(
        (("info",), json.dumps(samples.s3_down())), (("wal-reach",), SERVING), (("timeline-histories",), "{}")
    )
    known = read_catalog(asked, "bem")
    assert set(known.reaches) == {1}
    assert known.silent == {2: "[HostConnectError] unable to connect"}


@pytest.mark.parametrize("broken", ["wal-reach", "timeline-histories"])
def test_repository_that_fails_in_the_middle_is_silent(broken: str) -> None:
    """One whose WAL or timelines cannot be read is not taken for an empty one."""
    asked = Container(
        (("info",), json.dumps(samples.info())),
        ((broken, " 2 "), 1),
        (("wal-reach",), SERVING),
        (("timeline-histories",), HISTORIES),
    )
    known = read_catalog(asked, "bem")
    assert set(known.reaches) == {1}
    assert "cannot be read: refused" in known.silent[2]


def test_no_repository_at_all_is_a_failure() -> None:
    """Then nothing can be said."""
    (stanza,) = samples.s3_down()
    stanza["repo"][0]["status"] = {"code": 99, "message": "[FileOpenError] no such disk"}
    with pytest.raises(Failure, match=r"no repository answers: .FileOpenError. no such disk; .HostConnect"):
        read_catalog(Container((("info",), json.dumps([stanza]))), "bem")


def test_fresh_stanza_serves_the_first_timeline() -> None:
    """Without backups and WAL the timeline is 1."""
    known = read_catalog(Container((("info",), json.dumps(samples.fresh()))), "bem")
    assert known.timeline == 1
    assert known.backups == ()


def test_ends_of_earlier_timelines_are_read_once() -> None:
    """Only those that are not known yet; one without WAL has no end."""
    asked = Container(
        (("info",), json.dumps(samples.info())),
        (("wal-reach", " 1 17-1 00000002"), "000000020000000000000007\n"),
        (("wal-reach", " 2 17-1 00000002"), ""),
        (("wal-reach",), SERVING),
        (("timeline-histories",), HISTORIES),
    )
    known = with_ends(asked, "bem", read_catalog(asked, "bem"))
    assert known.ends == {(1, 2): Reach(2, "000000020000000000000007", None)}
    assert known.reach(1, 2) == known.ends[1, 2]
    assert known.reach(2, 2) is None
    assert known.reach(1, 1) == known.reaches[1]


@pytest.mark.parametrize(
    ("words", "reach"),
    [
        ("", None),
        ("0000000A0000000000000005\n", Reach(10, "0000000A0000000000000005", None)),
        (
            "000000010000000000000005 2026-11-25T03:16:46+00:00",
            Reach(1, "000000010000000000000005", datetime(2026, 11, 25, 3, 16, 46, tzinfo=UTC)),
        ),
    ],
)
def test_reach_is_a_segment_and_perhaps_a_time(words: str, reach: Reach | None) -> None:
    """Nothing, a segment without a commit, or both."""
    assert parse_reach(words) == reach


def test_reach_without_a_time_that_can_be_read_is_an_error() -> None:
    """A time that is none is not left out silently."""
    with pytest.raises(ValueError, match="isoformat"):
        parse_reach("000000010000000000000005 soon")
