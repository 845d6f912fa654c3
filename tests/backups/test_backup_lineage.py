import pytest

from backups import lineage
from backups.lineage import START, Reign
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import at, reign


def test_nothing_is_recorded_at_first(stack: Stack) -> None:
    """A new host knows nothing, and that is no error."""
    assert lineage.recorded(stack) == ()


def test_succession_keeps_the_beginning_that_was_known(stack: Stack) -> None:
    """The end of a timeline is added to its own beginning; the successor has no end yet."""
    lineage.succeed(stack, Reign(1, START, at(10)), reign(2, 11))
    lineage.succeed(stack, Reign(2, START, at(20)), reign(3, 21))
    assert lineage.recorded(stack) == (Reign(1, START, at(10)), reign(2, 11, 20), reign(3, 21))


def test_succession_recorded_twice_changes_nothing(stack: Stack) -> None:
    """A command that goes on after a kill may record it again."""
    for _ in range(2):
        lineage.succeed(stack, Reign(1, START, at(10)), reign(2, 11))
    assert lineage.recorded(stack) == (Reign(1, START, at(10)), reign(2, 11))


def test_succession_without_a_known_end(stack: Stack) -> None:
    """A dead database could not be asked for its last second."""
    lineage.succeed(stack, None, reign(5, 11))
    assert lineage.recorded(stack) == (reign(5, 11),)


def test_number_is_given_once(stack: Stack) -> None:
    """A number counts as used from the moment that it was given, whether or not anything came of it."""
    assert lineage.give(stack, [1]) == 2
    assert lineage.give(stack, [1]) == 3
    assert lineage.give(stack, [7, 4]) == 8
    lineage.succeed(stack, None, reign(12, 0))
    assert lineage.give(stack, []) == 13


def test_record_survives_the_gift_of_a_number(stack: Stack) -> None:
    """Giving a number leaves the reigns as they are."""
    lineage.succeed(stack, Reign(1, START, at(10)), reign(2, 11))
    lineage.give(stack, [2])
    assert lineage.recorded(stack) == (Reign(1, START, at(10)), reign(2, 11))


@pytest.mark.parametrize("text", ["", "[]", '{"given": 3}', '{"given": "x", "reigns": []}'])
def test_record_that_cannot_be_read_is_told(stack: Stack, text: str) -> None:
    """A damaged record is not taken for an empty one: numbers would be given twice."""
    (stack.make_folder() / "lineage.json").write_text(text)
    with pytest.raises(Failure, match="cannot be understood"):
        lineage.give(stack, [1])
