"""What the WAL receiver gives to a restore, and what is said of the end."""

from dataclasses import replace

import pytest

from backups import receiver
from backups.ending import ending
from backups.proof import Facts
from backups.receiver import Tail
from backups.restored import Restored
from operation.stack import Stack
from tests.backups.scene import Container

FOLDERS = "/received/77-00000001\n/received/77-00000002\n"
LOST = Restored(2, 2, None, Facts(checksums=True), 0.0, incomplete=True)


@pytest.mark.parametrize(("answer", "waited"), [("t", True), ("f", False), ("", False), (1, False)])
def test_whether_commits_waited_is_what_the_database_remembers(answer: int | str, waited: bool) -> None:
    """One that remembers nothing, or knows no receiver, did not."""
    assert receiver.waited(Container((("zero_loss",), answer))) == waited


def test_system_is_offered_by_its_number() -> None:
    """That of the very cluster which was restored: a folder of another one is not read."""
    said = "Database system identifier:           77\n"
    target = Container((("pg_controldata",), said), ((receiver.OFFERED,), ""))
    receiver.offer(target)
    assert target.told[-1][-1] == "77"
    assert target.was_told("/received/$1")


@pytest.mark.parametrize(("timeline", "beyond"), [(1, 2), (2, 0), (3, 0)])
def test_tail_is_what_was_written_down(timeline: int, beyond: int) -> None:
    """Segments in order; a timeline beyond the one that was followed is told."""
    target = Container(
        (("ls", "/received"), FOLDERS), (("from-receiver",), "A\nB\n"), (("received-hole",), "")
    )
    found = receiver.tail(target, timeline, waited=True)
    assert found == Tail(("A", "B"), (), True, beyond)
    assert found.whole == (not beyond)


def test_nothing_written_down_is_nothing() -> None:
    """Files that are not there."""
    assert receiver.tail(Container((("sh",), 2)), 1, waited=True) == Tail(waited=True)


@pytest.mark.parametrize(
    "less", [Tail(("A",)), Tail(("A",), ("C",), waited=True), Tail(("A",), waited=True, beyond=3)]
)
def test_end_is_whole_only_when_nothing_speaks_against_it(less: Tail) -> None:
    """Commits waited, no segment is missing, and there was no later timeline."""
    assert Tail(("A",), waited=True).whole
    assert not less.whole


def test_volume_is_mounted_where_the_stack_wants_a_receiver(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And has one; else nothing is."""
    monkeypatch.setattr(receiver, "volume_exists", lambda _: True)
    assert receiver.volume(stack) == ""
    stack.file.write_text("config: {'bem:database': {wal_receiver: {enabled: true}}}\n")
    wanted = Stack(stack.name, stack.root)
    assert receiver.volume(wanted) == f"{stack.name}_wal-receiver"
    monkeypatch.setattr(receiver, "volume_exists", lambda _: False)
    assert receiver.volume(wanted) == ""


def test_end_that_the_receiver_gave_is_told() -> None:
    """How much, and that nothing is missing."""
    said = ending(replace(LOST, incomplete=False, tail=Tail(("A", "B"), waited=True)))
    assert said[0].startswith("2 WAL segments that no archive had")
    assert said[1].endswith("every acknowledged row is there")


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (Tail(), "may be missing"),
        (Tail(("A",), waited=False), "may be missing"),
        (Tail(("A",), ("C",), waited=True), "not segment C"),
        (Tail(("A",), waited=True, beyond=4), "timeline 4, which no repository knows"),
    ],
)
def test_end_that_may_lack_rows_is_told(tail: Tail, words: str) -> None:
    """With the reason; that all is there is not said."""
    said = "\n".join(ending(replace(LOST, tail=tail)))
    assert words in said
    assert "may be missing" in said
    assert "every acknowledged row is there" not in said


def test_old_volume_that_gave_everything_is_no_word_worth() -> None:
    """The usual case."""
    assert ending(replace(LOST, incomplete=False)) == []
