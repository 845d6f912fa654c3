import pytest

from operation.failure import Failure
from rollout.migrating import backwards, between

KNOWN = ["0001", "0002", "0003"]


def test_the_newest_is_never_a_way_back() -> None:
    """No target means the newest; a target at or after the present one is forward."""
    assert not backwards(KNOWN, "0002", "")
    assert not backwards(KNOWN, "0002", "0002")
    assert not backwards(KNOWN, "0002", "0003")
    assert not backwards(KNOWN, None, "0001")


def test_an_older_one_is_a_way_back_and_undoes_the_newest_first() -> None:
    """What is undone is named before anybody agrees."""
    assert backwards(KNOWN, "0003", "0001")
    assert between(KNOWN, "0003", "0001") == ["0003", "0002"]


def test_an_unknown_one_is_refused_with_those_that_are_known() -> None:
    """Nothing is touched."""
    with pytest.raises(Failure) as refused:
        backwards(KNOWN, "0001", "0009")
    assert refused.value.exit_code == 2
    assert "0001, 0002, 0003" in refused.value.remedy
