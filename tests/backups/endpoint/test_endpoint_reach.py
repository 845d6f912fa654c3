"""Asking another S3: what it answers, and what a person is told of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backups.endpoint import reach
from backups.endpoint.coordinates import Coordinates
from backups.endpoint.keys import Keys
from backups.endpoint.reach import Reached
from operation.failure import Failure

WHERE = Coordinates("s3.example.org:9000", "kept", "eu-central-1", "host", Keys("access", "secret"), "")
LIST = {"Bucket": "kept", "Prefix": "pgbackrest/", "MaxKeys": 1}
LOCK = "get_object_lock_configuration"


@contextmanager
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Answers as it is told, in order, and wants each question."""
    keys: dict[str, Any] = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client = boto3.client("s3", region_name="eu-central-1", **keys)
    monkeypatch.setattr(reach, "_client", lambda *_: client)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def locked(days: int) -> dict[str, Any]:
    """A bucket that locks for so many days."""
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": days}}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}}


@pytest.mark.parametrize(("count", "holds"), [(1, True), (0, False)])
def test_a_bucket_that_is_there(monkeypatch: pytest.MonkeyPatch, count: int, holds: bool) -> None:
    """Whether it holds a repository, and for how long it locks."""
    with server(monkeypatch) as stub:
        stub.add_response("list_objects_v2", {"KeyCount": count}, LIST)
        stub.add_response(LOCK, locked(7))
        assert reach.required(WHERE) == Reached(bucket=True, holds=holds, locked_days=7)


@pytest.mark.parametrize(
    ("code", "days"), [("ObjectLockConfigurationNotFoundError", 0), ("AccessDenied", None)]
)
def test_no_lock_is_told_from_none_that_may_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, code: str, days: int | None
) -> None:
    """Keys for backups alone may not ask."""
    with server(monkeypatch) as stub:
        stub.add_response("list_objects_v2", {"KeyCount": 0}, LIST)
        stub.add_client_error(LOCK, code)
        assert reach.reach(WHERE).locked_days == days


def test_a_bucket_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told with the command that makes it."""
    for _ in range(2):
        with server(monkeypatch) as stub:
            stub.add_client_error("list_objects_v2", "NoSuchBucket")
            if _:
                with pytest.raises(Failure, match="no bucket kept") as caught:
                    reach.required(WHERE)
                assert "--make-bucket" in caught.value.remedy
            else:
                assert not reach.reach(WHERE).bucket


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidAccessKeyId", "does not take these keys"),
        ("SignatureDoesNotMatch", "does not take these keys"),
        ("AccessDenied", "does not take these keys for bucket kept"),
        ("PermanentRedirect", "refuses: "),
    ],
)
def test_a_server_that_refuses(monkeypatch: pytest.MonkeyPatch, code: str, words: str) -> None:
    """Exit status 2; the secret is in no word of it."""
    with server(monkeypatch) as stub:
        stub.add_client_error("list_objects_v2", code)
        with pytest.raises(Failure, match=words) as caught:
            reach.reach(WHERE)
    assert caught.value.exit_code == 2
    assert "secret" not in str(caught.value).replace("secret:", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("SSL validation failed for https://s3.example.org certificate verify failed", "--ca-file"),
        ('Could not connect to the endpoint URL: "https://s3.example.org/"', "the way there"),
    ],
)
def test_a_server_that_cannot_be_spoken_to(words: str, told: str) -> None:
    """A strange certificate is another thing than silence."""
    assert told in reach.unanswered(WHERE, words).remedy


def test_nobody_answers() -> None:
    """A real question to a port where nobody listens."""
    with pytest.raises(Failure, match="does not answer"):
        reach.reach(Coordinates("127.0.0.1:1", "kept", "us-east-1", "path", Keys("a", "b"), ""))


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_a_bucket_is_made_with_its_lock(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    """In its region; the first region of all must not be named."""
    where = Coordinates("s3.example.org", "kept", region, "path", Keys("a", "b"), "", lock_days=30)
    wanted: dict[str, Any] = {"Bucket": "kept", "ObjectLockEnabledForBucket": True}
    if region != "us-east-1":
        wanted["CreateBucketConfiguration"] = {"LocationConstraint": region}
    with server(monkeypatch) as stub:
        stub.add_response("create_bucket", {}, wanted)
        stub.add_response("put_object_lock_configuration", {}, {"Bucket": "kept", **locked(30)})
        reach.make_bucket(where)


@pytest.mark.parametrize(("style", "wanted"), [("path", "path"), ("host", "virtual")])
def test_the_client_asks_as_it_is_told(style: str, wanted: str) -> None:
    """Endpoint, region, style, roots."""
    where = Coordinates("s3.example.org:9000", "kept", "eu-central-1", style, Keys("a", "b"), "")
    client = reach._client(where, verify=True)  # noqa: SLF001  # its settings have no other door
    assert client.meta.endpoint_url == "https://s3.example.org:9000"
    assert client.meta.region_name == "eu-central-1"
    assert client.meta.config.s3["addressing_style"] == wanted
