from datetime import UTC, datetime

import pytest

from backups.target import parse_target
from operation.failure import Failure


def test_time_with_offset_is_one_moment() -> None:
    """An offset makes a time a moment, kept in UTC to the microsecond."""
    target = parse_target("2026-11-24T03:10:00.123456+01:00", "", latest=False)
    assert target.time == datetime(2026, 11, 24, 2, 10, 0, 123456, tzinfo=UTC)
    assert str(target) == "--to 2026-11-24T02:10:00.123456+00:00"


@pytest.mark.parametrize(
    ("to", "what", "remedy"),
    [
        ("2026-11-24T03:10:00", "no offset", "add it"),
        ("yesterday", "not a time", "ISO 8601"),
        ("0001-01-01T00:00:00+14:00", "no time of this world", "ISO 8601"),
    ],
)
def test_time_without_a_moment_is_refused(to: str, what: str, remedy: str) -> None:
    """What is not one moment is refused with status 2, and says how to write it."""
    with pytest.raises(Failure, match=what) as refused:
        parse_target(to, "", latest=False)
    assert refused.value.exit_code == 2
    assert remedy in refused.value.remedy


def test_latest_and_label_are_targets() -> None:
    """Each of the other two is a target by itself, and reads as it was typed."""
    assert str(parse_target("", "", latest=True)) == "--latest"
    assert str(parse_target("", "20261124-101500F", latest=False)) == "--backup 20261124-101500F"


@pytest.mark.parametrize(
    ("to", "label", "latest"), [("", "", False), ("2026-11-24T03:10:00Z", "", True), ("", "x", True)]
)
def test_none_or_several_targets_are_refused(to: str, label: str, latest: bool) -> None:
    """Exactly one of the three has to be said."""
    with pytest.raises(Failure, match="exactly one") as refused:
        parse_target(to, label, latest=latest)
    assert refused.value.exit_code == 2


def test_the_vault_s_time() -> None:
    """With its offset, and one that has been; it is told as it was typed."""
    found = parse_target("", "", latest=True, vault="2026-11-24T03:10:00+01:00")
    assert str(found) == "--latest --vault-as-of 2026-11-24T02:10:00+00:00"
    for wrong in ("yesterday", "2026-11-24T03:10:00", "2999-01-01T00:00:00Z"):
        with pytest.raises(Failure):
            parse_target("", "", latest=True, vault=wrong)
