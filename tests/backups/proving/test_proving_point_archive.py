"""The WAL of a point: awaited in the very repository that is to be proven."""

import json

import pytest

from backups.proving import point_archive
from backups.proving.point_archive import archived, listing, wait_until_archived
from operation.failure import Failure
from tests.backups import samples
from tests.backups.scene import Container

SEGMENT = "000000010000000000000070"
FILE = f"{SEGMENT}-0123456789abcdef.zst\n"
INFO = (("info",), json.dumps(samples.info()))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come is not waited for."""
    monkeypatch.setattr(point_archive, "ARCHIVE_SECONDS", 0)


def test_segment_that_is_there() -> None:
    """Looked for by its name, in its own folder of that repository."""
    target = Container(INFO, (("repo-ls", "--repo=2", f"archive/bem/17-1/{SEGMENT[:16]}"), FILE))
    wait_until_archived(target, "bem", 2, SEGMENT)
    assert f"--filter=^{SEGMENT}-" in listing("bem", 2, "17-1", SEGMENT)


@pytest.mark.parametrize("answer", ["", "000000010000000000000071-0123.zst\n", 1])
def test_segment_that_does_not_come_is_lost_wal(answer: int | str) -> None:
    """Nothing, a later one, or no answer: named with the repository."""
    target = Container(INFO, (("repo-ls",), answer))
    with pytest.raises(Failure, match=f"WAL is missing: segment {SEGMENT} is not in repository s3"):
        wait_until_archived(target, "bem", 2, SEGMENT)


def test_repository_that_is_silent_is_not_waited_for() -> None:
    """Its catalogue says why, and a listing would take long."""
    target = Container((("info",), json.dumps(samples.s3_down())))
    wait_until_archived(target, "bem", 2, SEGMENT)
    assert not target.was_told("repo-ls")


def test_repository_without_any_wal() -> None:
    """It has no archive to look into."""
    target = Container((("info",), json.dumps(samples.fresh())))
    with pytest.raises(Failure, match="WAL is missing"):
        wait_until_archived(target, "bem", 1, SEGMENT)


def test_partial_segment_does_not_count() -> None:
    """A name that only begins alike is another file."""
    assert archived(Container((("x",), FILE)), ["x"], SEGMENT)
    assert not archived(Container((("x",), f"{SEGMENT}.partial-0123\n")), ["x"], SEGMENT)
