"""What a WAL receiver has, as `fetch-wal` takes it: by a real bash, with a pgBackRest that has nothing."""

from pathlib import Path

import pytest

from tests.backups.test_backup_scripts import SEGMENT, Place, place

__all__ = ["place"]

SYSTEM = "7713740551150489619"
NEXT, LATER = "000000010000000000000006", "000000010000000000000007"
SIZE = 16 * 1024 * 1024
NOTHING: dict[str, object] = {"archive-get": 1}


@pytest.fixture
def received(place: Place) -> Path:
    """The receiver's folder for timeline 1, offered by a restore of a dead database."""
    folder = place.root / "received" / f"{SYSTEM}-00000001"
    folder.mkdir(parents=True)
    (folder.parent / "lock").touch()
    (place.root / "received-of").write_text(f"{folder.parent / SYSTEM}\n")
    place.stopped.write_text("dead\n")
    return folder


def segment(path: Path, records: int, words: str = "received", size: int = SIZE) -> None:
    """A segment with so many records, as the stand-in of `pg_waldump` counts them."""
    path.write_text(f"{words}\n" * records)
    with path.open("r+b") as file:
        file.truncate(size)


def got(place: Place) -> str:
    """The first words of what PostgreSQL was given."""
    return place.got.read_text().strip("\0").partition("\n")[0]


def lines(place: Place, name: str) -> list[str]:
    """What was written down in the new volume."""
    path = place.cluster / name
    return path.read_text().splitlines() if path.exists() else []


def test_segment_that_no_archive_has_comes_from_the_receiver(place: Place, received: Path) -> None:
    """Whole, kept to be archived later, and written down once, however often it is asked for."""
    segment(received / SEGMENT, 3)
    assert place.fetch(NOTHING) == 0
    assert place.fetch(NOTHING) == 0
    assert got(place) == "received"
    assert place.got.stat().st_size == SIZE
    assert (place.cluster / "borrowed" / SEGMENT).stat().st_size == SIZE
    assert lines(place, "from-receiver") == [SEGMENT]
    assert not list(place.cluster.glob("received.*")), "no copy is left"


def test_last_one_is_taken_half_way(place: Place, received: Path) -> None:
    """Under its full name."""
    segment(received / SEGMENT, 3)
    segment(received / f"{NEXT}.partial", 1, "half")
    assert place.fetch(NOTHING, NEXT) == 0
    assert got(place) == "half"
    assert lines(place, "from-receiver") == [NEXT]
    assert place.fetch(NOTHING, LATER) == 1, "the end of the WAL"
    assert lines(place, "received-hole") == []


def test_half_a_segment_that_is_not_the_last_is_a_hole(place: Place, received: Path) -> None:
    """It is not taken, since rows behind it would be missing from it; and the restore is told."""
    segment(received / f"{SEGMENT}.partial", 1)
    segment(received / NEXT, 3)
    assert place.fetch(NOTHING) == 1
    assert lines(place, "received-hole") == [SEGMENT]
    assert lines(place, "from-receiver") == []


@pytest.mark.parametrize("size", [0, SIZE // 2])
def test_one_that_was_being_laid_out_holds_nothing(place: Place, received: Path, size: int) -> None:
    """PostgreSQL would stop at a file of another size; that is the end, and no hole."""
    segment(received / f"{SEGMENT}.partial", 0, size=size)
    assert place.fetch(NOTHING) == 1
    assert lines(place, "received-hole") == []


def test_archive_comes_before_the_receiver(place: Place, received: Path) -> None:
    """What it has is whole for certain; the receiver is asked for the rest alone."""
    segment(received / SEGMENT, 3)
    assert place.fetch({"archive-get": "wal"}) == 0
    assert place.got.read_text() == "wal"
    assert lines(place, "from-receiver") == []


@pytest.mark.parametrize(("records", "source"), [(2, "received"), (3, "old"), (4, "old")])
def test_the_one_with_more_in_it_counts(place: Place, received: Path, records: int, source: str) -> None:
    """A damaged volume may have less of a segment than the receiver; a sound one has as much or more."""
    segment(received / SEGMENT, 3)
    segment(place.old_wal / SEGMENT, records, "old")
    assert place.fetch(NOTHING) == 0
    assert got(place) == source
    assert not (place.cluster / "old-unreadable").exists()


def test_a_living_database_s_receiver_is_not_asked(place: Place, received: Path) -> None:
    """It still writes: nobody has offered what it has."""
    segment(received / SEGMENT, 3)
    (place.root / "received-of").unlink()
    assert place.fetch(NOTHING) == 1


def test_another_timeline_s_folder_is_another(place: Place, received: Path) -> None:
    """And another cluster's, too."""
    segment(received / SEGMENT, 3)
    assert place.fetch(NOTHING, f"00000002{SEGMENT[8:]}") == 1
    (place.root / "received-of").write_text(f"{received.parent / '1'}\n")
    assert place.fetch(NOTHING) == 1


def test_history_that_only_the_receiver_has(place: Place, received: Path) -> None:
    """A timeline that it followed is known, and its number not free."""
    second = received.with_name(f"{SYSTEM}-00000002")
    second.mkdir()
    (second / "00000002.history").write_text("1\t0/3000060\n")
    assert place.fetch(NOTHING, "00000002.history") == 0
    assert place.got.read_text() == "1\t0/3000060\n"
    assert place.fetch(NOTHING, "00000003.history") == 1


def test_receiver_without_room_for_it_stops_the_server(place: Place, received: Path) -> None:
    """A full disk is not the end of the WAL."""
    segment(received / SEGMENT, 3)
    place.fail("cp")
    assert place.fetch(NOTHING) == 255
