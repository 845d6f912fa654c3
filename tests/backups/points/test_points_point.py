"""Points and their manifests, where they lie, which of them fit a moment, and which are needed no more."""

import json
from dataclasses import replace

import pytest

from backups.history import Fork
from backups.info import Backup
from backups.mark import Mark
from backups.plan import Goal, Plan
from backups.points import choice, expiry, shelf
from backups.points.beside import given_up
from backups.points.console import alone
from backups.points.point import CACHE, Part, Point, content, dumped, name_at, parsed
from backups.points.seam import sentences
from backups.points.snapshot import saved, stream
from operation.failure import Failure
from tests.backups.scene import at, backup, catalog, reach

INFORMATION = (
    "# Persistence\r\nrdb_saves:{saves}\r\nrdb_bgsave_in_progress:{busy}\r\nrdb_last_bgsave_status:{how}\r\n"
)


def point(minutes: float, position: int = 100, timeline: int = 1, *, cached: bool = True) -> Point:
    """A point so many minutes after noon."""
    mark = Mark(name_at(at(minutes)), at(minutes), position, timeline, at(minutes))
    part = Part(CACHE, at(minutes), 301, "ab" * 32, {"pulses": {"length": 3, "last_id": "1-0", "added": 7}})
    return Point(mark.name, mark, (part,) if cached else ())


def test_manifest_makes_the_round_trip() -> None:
    """With times, facts and parts; for a program it is the same."""
    assert parsed(dumped(point(1))) == point(1)
    assert content(point(1))["mark"]["at"] == at(1).isoformat()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "x"}', '{"name": "x", "mark": {}, "parts": []}'])
def test_what_is_no_manifest_is_not_guessed_at(text: str) -> None:
    """Each is an error, and none a traceback of another kind."""
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


def test_names_are_in_the_order_of_time() -> None:
    """So the newest is read first."""
    assert name_at(at(1)) == "point-20261124-120100"
    assert sorted([name_at(at(70)), name_at(at(2))]) == [name_at(at(2)), name_at(at(70))]


def test_listing_of_a_repository() -> None:
    """Only files that a point has; a point without its manifest is seen as such."""
    one, two = name_at(at(1)), name_at(at(2))
    listed = {
        ".": {"type": "path"},
        one: {"type": "path"},
        f"{one}/cache.age": {"type": "file", "size": 1},
        f"{one}/manifest.age": {"type": "file", "size": 1},
        f"{two}/cache.age": {"type": "file", "size": 1},
        f"{two}/cache.age.pgbackrest.tmp": {"type": "file", "size": 1},
        "stranger/manifest.age": {"type": "file", "size": 1},
    }
    assert shelf.parse(json.dumps(listed)) == {one: {"cache", "manifest"}, two: {"cache"}}
    assert shelf.parse('{".": {"type": "path"}}') == {}


def test_command_names_the_repository_and_no_key() -> None:
    """Neither ours nor pgBackRest's is in a command line."""
    argv = shelf.command(2, "--raw", "repo-put", shelf.path("point-20261124-120100", "cache"))
    assert argv[1:3] == ["--repo=2", "--log-level-console=error"]
    assert argv[-1] == "points/point-20261124-120100/cache.age"


KNOWN = catalog([], {1: reach(2, 60)}, {2: (Fork(1, 500),)})
TIMED = Plan(backup("L", 0), 1, Goal.TIME, at(10))


@pytest.mark.parametrize(
    ("given", "plan", "fits"),
    [
        (point(9), TIMED, True),
        (point(10), TIMED, True),
        (point(11), TIMED, False),
        (point(9), Plan(backup("L", 0, stop_lsn=100), 1, Goal.BACKUP), True),
        (point(9, 101), Plan(backup("L", 0, stop_lsn=100), 1, Goal.BACKUP), False),
        (point(9), replace(TIMED, goal=Goal.MARK, mark=point(9).mark), True),
        (point(9, 101), replace(TIMED, goal=Goal.MARK, mark=point(9).mark), False),
        (point(9, 499), replace(TIMED, timeline=2), True),
        (point(9, 501), replace(TIMED, timeline=2), False),
        (point(9, 10, timeline=3), TIMED, False),
    ],
)
def test_a_cache_is_never_ahead_of_its_database(given: Point, plan: Plan, *, fits: bool) -> None:
    """By time, by position, and on the way that the database takes: an abandoned timeline's is none."""
    assert choice.fits(given, plan, KNOWN) == fits


def test_newest_point_that_fits_and_has_the_part() -> None:
    """Manifests are read from the newest on, and no further than to the first that fits."""
    known = {each.name: each for each in (point(1), point(5), point(7, cached=False), point(20))}
    read: list[str] = []

    def reading(name: str) -> Point | None:
        read.append(name)
        return known[name]

    assert choice.newest(known, reading, TIMED, KNOWN, CACHE) == point(5)
    assert read == [name_at(at(minutes)) for minutes in (20, 7, 5)]
    assert choice.newest(known, lambda _: None, TIMED, KNOWN, CACHE) is None
    assert choice.newest([], reading, TIMED, KNOWN, CACHE) is None


@pytest.mark.parametrize(
    ("backups", "gone"),
    [
        ([], []),
        ([backup("L", 0)], []),
        ([backup("L", 4)], [1]),
        ([backup("L", 4), backup("M", 30)], [1]),
        ([backup("L", 60)], [1, 3, 5]),
    ],
)
def test_points_go_with_the_backups_that_need_them(backups: list[Backup], gone: list[int]) -> None:
    """All before the oldest backup but the last of them, which belongs to the first moments behind it."""
    points = [point(minutes) for minutes in (1, 3, 5, 7)]
    assert expiry.unneeded(points, backups) == [point(minutes) for minutes in gone]


def test_what_was_interrupted_goes_once_a_newer_one_is_whole() -> None:
    """The one that is being written is never taken for it."""
    shelf_of = {"point-1": {"cache"}, "point-2": {"cache", "manifest"}, "point-3": {"cache"}}
    assert expiry.broken_off(shelf_of, "point-2") == ["point-1"]
    assert expiry.broken_off(shelf_of, "") == []


def test_what_redis_says_of_its_snapshots() -> None:
    """Of its information and of a stream."""
    found = saved(INFORMATION.format(saves=3, busy=1, how="ok"))
    assert (found.count, found.running, found.good) == (3, True, True)
    assert not saved(INFORMATION.format(saves=3, busy=0, how="err")).good
    answer = {"length": 3, "last-generated-id": "5-1", "entries-added": 9, "groups": 1}
    assert stream(answer) == {"length": 3, "last_id": "5-1", "added": 9}


@pytest.mark.parametrize(
    ("now", "count"), [({"pulses": {"added": 10}}, 3), ({"pulses": {"added": 2}}, None), ({}, None)]
)
def test_pulses_since_a_snapshot(now: dict[str, dict[str, int]], count: int | None) -> None:
    """None where another cache serves, or none: an unknown number is not zero."""
    assert given_up(point(1), now) == count


def test_seam_names_the_objects() -> None:
    """Five of each kind by name, and how many more."""
    missing = [f"training/{number}/model.pt" for number in range(7)]
    said = sentences({"missing": missing, "differing": ["training/9/model.pt"]})
    assert said[0] == "object training/0/model.pt is not there"
    assert said[5] == "and 2 more objects: is not there"
    assert said[-1] == "object training/9/model.pt is not what its row says"
    assert sentences({"missing": [], "differing": []}) == []


def test_only_the_database_can_be_meant_alone() -> None:
    """Everything else is refused by name."""
    assert (alone(""), alone("database")) == (False, True)
    with pytest.raises(Failure, match="--only cache means nothing") as refused:
        alone("cache")
    assert refused.value.exit_code == 2
