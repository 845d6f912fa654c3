"""The WAL receiver in a stack: there where it is wanted, and what is said of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from certs.endpoints.endpoint import endpoints
from infra import zero_loss
from infra.alert_rules import wanted
from infra.parties import DATABASE, WAL_RECEIVER, pairs, parties
from infra.settings import Settings, settings_from
from infra.tls import profile_of
from operation.failure import Failure
from operation.stack import Stack

SINCE = "2026-11-29T23:33:32.01545+00:00"
GOOD: dict[str, Any] = {"waits": True, "receives": True, "behind": 0, "since": SINCE, "why": "back"}


def with_receiver(**values: object) -> Settings:
    """A stack's settings."""
    return settings_from({"bem:database": {"wal_receiver": {"enabled": True, **values}}}, "test")


def test_receiver_is_a_party_where_it_is_wanted() -> None:
    """A client of the database alone, under the database's uid, with a role of its own."""
    assert WAL_RECEIVER in parties(with_receiver())
    assert [pair for pair in pairs(with_receiver()) if WAL_RECEIVER.role in pair] == [
        ("wal-receiver", "database")
    ]
    assert WAL_RECEIVER.uid == DATABASE.uid
    profile = profile_of(WAL_RECEIVER, with_receiver().certificates)
    assert (profile.common_name, profile.server, profile.client) == ("bem_receiver", False, True)


def test_without_it_nothing_of_it_is_there() -> None:
    """No party, no network, no alert."""
    plain = settings_from({}, "test")
    assert WAL_RECEIVER not in parties(plain)
    assert not [pair for pair in pairs(plain) if WAL_RECEIVER.role in pair]
    assert _wanted(plain) == "vector(0)"
    assert _wanted(with_receiver()) == "vector(1)"


def _wanted(settings: Settings) -> str:
    rules = wanted(settings)["groups"][0]["rules"]
    return next(str(each["expr"]) for each in rules if each["record"] == "bem:wanted:zero_loss")


def test_receiver_shows_no_certificate_that_could_be_checked(tmp_path: Any) -> None:
    """It opens connections, and answers none."""
    path = tmp_path / "Pulumi.here.yaml"
    path.write_text(yaml.safe_dump({"config": {"bem:database": {"wal_receiver": {"enabled": True}}}}))
    parties_asked = {each.party for each in endpoints(Stack("here", tmp_path))}
    assert DATABASE.role in parties_asked
    assert WAL_RECEIVER.role not in parties_asked


@pytest.mark.parametrize(
    "values",
    [{"on_loss": "hope"}, {"away_seconds": 1}, {"away_seconds": 3601}, {"keep": "much"}, {"port": 1}],
)
def test_values_that_mean_nothing_are_refused(values: dict[str, object]) -> None:
    """With the path of the key."""
    with pytest.raises(Failure, match=r"bem:database\.wal_receiver"):
        with_receiver(**values)


def test_commits_that_wait_for_a_receiver_that_receives_are_well() -> None:
    """And since when is known."""
    found = zero_loss.parsed(json.dumps(GOOD))
    assert found.faults == []
    assert found.since == datetime(2026, 11, 29, 23, 33, 32, 15450, UTC)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"waits": False}, "zero loss is off since 2026-11-29T23:33:32"),
        ({"waits": False, "since": None, "why": None}, "zero loss is off (nothing was noted)"),
        ({"receives": False, "behind": None}, "commits wait for the WAL receiver, which is away"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(seen: dict[str, Any], words: str) -> None:
    """Off, or held up."""
    (fault,) = zero_loss.parsed(json.dumps({**GOOD, **seen})).faults
    assert fault.startswith(words)
    assert "`invoke logs wal-receiver`" in fault
