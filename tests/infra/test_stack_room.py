"""Room on the database's disk: what is told before it runs out."""

from infra.room import GIBIBYTE, Room, parsed


def test_what_the_container_says_is_read() -> None:
    """Segments that wait, free and whole size."""
    assert parsed("3\n1\n 50 100\n") == Room(3, 1, 50, 100)


def test_a_disk_with_room_is_no_news() -> None:
    """A few segments always wait."""
    assert Room(3, 0, 50 * GIBIBYTE, 100 * GIBIBYTE).faults == []


def test_wal_that_piles_up_is_told_in_gibibytes() -> None:
    """With what to do."""
    [fault] = Room(640, 0, 50 * GIBIBYTE, 100 * GIBIBYTE).faults
    assert "640 WAL segments (10.0 GiB) wait" in fault


def test_a_disk_that_fills_is_told() -> None:
    """Before a restore beside the running database would need the room."""
    [fault] = Room(0, 0, 9 * GIBIBYTE, 100 * GIBIBYTE).faults
    assert "9.0 GiB left" in fault


def test_segments_that_a_restore_left_unarchived_are_told() -> None:
    """One repository alone could not be restored from to a time in them."""
    [fault] = Room(0, 2, 50 * GIBIBYTE, 100 * GIBIBYTE).faults
    assert "2 WAL segments from before the last restore" in fault
