from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.images.object_store.account import ADMIN, BUCKET, CLIENT, DAYS, s3
from tests.images.workshop import Container, healthy

pytestmark = pytest.mark.platform


def test_the_bucket_is_locked_for_its_days(store: Container, trust: str, locked: dict[str, str]) -> None:
    """Health says so, and an object keeps its lock for that long."""
    assert healthy(store) == (True, f"object-store: {BUCKET} is locked for {DAYS} days")
    retention = s3(store, trust, ADMIN).get_object_retention(**locked)["Retention"]
    assert retention["Mode"] == "COMPLIANCE"
    left = retention["RetainUntilDate"] - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_pgbackrest_may_do_its_work(store: Container, trust: str, locked: dict[str, str]) -> None:
    """It writes, reads, lists, sees versions and removes a key, of which a version stays."""
    client, key = s3(store, trust), locked["Key"]
    assert client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"segment"
    assert client.list_objects_v2(Bucket=BUCKET, Prefix=key)["KeyCount"] == 1
    client.delete_object(Bucket=BUCKET, Key=key)
    assert client.list_objects_v2(Bucket=BUCKET, Prefix=key)["KeyCount"] == 0
    assert client.get_object(**locked)["Body"].read() == b"segment"


@pytest.mark.parametrize("keys", [CLIENT, ADMIN])
def test_nobody_can_remove_or_unlock_a_version(
    store: Container, trust: str, locked: dict[str, str], keys: tuple[str, str]
) -> None:
    """Neither key can delete it, bypass its lock, shorten it, or stop versioning."""
    client, soon = s3(store, trust, keys), datetime.now(UTC) + timedelta(minutes=1)
    versions = {"Objects": [{"Key": locked["Key"], "VersionId": locked["VersionId"]}]}
    assert client.delete_objects(Bucket=BUCKET, Delete=versions)["Errors"][0]["Code"] == "AccessDenied"
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": soon}
    weaker = {"Mode": "GOVERNANCE", "RetainUntilDate": soon + timedelta(days=30)}
    expiry = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    attempts: list[Callable[[], object]] = [
        lambda: client.delete_object(**locked),
        lambda: client.delete_object(**locked, BypassGovernanceRetention=True),
        lambda: client.put_object_retention(**locked, Retention=shorter, BypassGovernanceRetention=True),
        lambda: client.put_object_retention(**locked, Retention=weaker),
        lambda: client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}),
        lambda: client.put_bucket_lifecycle_configuration(
            Bucket=BUCKET, LifecycleConfiguration={"Rules": [expiry]}
        ),
        lambda: client.delete_bucket(Bucket=BUCKET),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError):
            attempt()
    assert client.get_object(**locked)["Body"].read() == b"segment"


def test_pgbackrest_has_no_say_over_the_bucket(store: Container, trust: str) -> None:
    """Lock, policy, short locks of its own and other buckets are refused."""
    client, soon = s3(store, trust), datetime.now(UTC) + timedelta(minutes=1)
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    attempts: list[Callable[[], object]] = [
        lambda: client.put_object_lock_configuration(
            Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
        ),
        lambda: client.delete_bucket_policy(Bucket=BUCKET),
        lambda: client.create_bucket(Bucket="another"),
        lambda: client.put_object(
            Bucket=BUCKET, Key="short", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=soon
        ),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


def test_locks_can_be_made_longer(store: Container, trust: str, locked: dict[str, str]) -> None:
    """A separate credential renews what is still needed; pgBackRest's cannot."""
    longer = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=9)}
    s3(store, trust, ADMIN).put_object_retention(**locked, Retention=longer)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3(store, trust).put_object_retention(**locked, Retention=longer)
