"""Asking an S3 elsewhere before anything depends on it: does it answer and know us, is the bucket there?"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from backups.endpoint.coordinates import Coordinates
from operation.failure import Failure, refusal

REPOSITORY = "pgbackrest/"
"""Folder of the bucket; `repo2-path` of pgBackRest's configuration."""
SECONDS = 10
NO_BUCKET = {"NoSuchBucket", "404"}
NO_LOCK = "ObjectLockConfigurationNotFoundError"
NOT_KNOWN = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "403", "AccessDenied", "InvalidToken"}


@dataclass(frozen=True)
class Reached:
    """What was found there.

    Attributes:
        bucket: whether it is there.
        holds: whether it holds a repository.
        locked_days: days that its objects cannot be deleted; 0 for none, None where the keys may not ask.
    """

    bucket: bool
    holds: bool = False
    locked_days: int | None = None


def reach(where: Coordinates) -> Reached:
    """Looks into the bucket; changes nothing.

    Raises:
        Failure: when the server does not answer, is not the one it should be, or does not take the keys.
    """
    with _asked(where) as client:
        try:
            answer = client.list_objects_v2(Bucket=where.bucket, Prefix=REPOSITORY, MaxKeys=1)
        except client.exceptions.ClientError as error:
            if _code(error) in NO_BUCKET:
                return Reached(bucket=False)
            raise
        return Reached(True, bool(answer.get("KeyCount")), _locked_days(client, where.bucket))


def required(where: Coordinates) -> Reached:
    """The same, for whoever cannot go on without the bucket.

    Raises:
        Failure: when it is not there either.
    """
    found = reach(where)
    if not found.bucket:
        raise refusal(
            f"there is no bucket {where.bucket} at {where.endpoint}.",
            remedy=f"make it, or: invoke backup.endpoint --to {where.endpoint} --bucket {where.bucket} "
            "--make-bucket",
        )
    return found


def make_bucket(where: Coordinates) -> None:
    """Makes the bucket, versioned and locked, so that nobody can delete a backup within its days.

    Raises:
        Failure: when the server refuses.
    """
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": where.lock_days}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": where.region}}
    with _asked(where) as client:
        client.create_bucket(
            Bucket=where.bucket,
            ObjectLockEnabledForBucket=True,
            **({} if where.region == "us-east-1" else elsewhere),
        )
        client.put_object_lock_configuration(Bucket=where.bucket, ObjectLockConfiguration=lock)


@contextmanager
def _asked(where: Coordinates) -> Iterator[Any]:
    """A client, and the server's errors in words for a person."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", suffix=".pem") as roots:
        roots.write(where.roots)
        roots.flush()
        try:
            yield _client(where, roots.name if where.roots else True)
        except ClientError as error:
            raise answered(where, _code(error), str(error)) from error
        except BotoCoreError as error:
            raise unanswered(where, str(error)) from error


def _client(where: Coordinates, verify: str | bool) -> Any:
    import boto3  # noqa: PLC0415  # 0.2 s
    from botocore.config import Config  # noqa: PLC0415

    style: Any = {"addressing_style": "path" if where.uri_style == "path" else "virtual"}
    return boto3.client(
        "s3",
        endpoint_url=f"https://{where.endpoint}",
        aws_access_key_id=where.keys.access,
        aws_secret_access_key=where.keys.secret,
        region_name=where.region,
        verify=verify,
        config=Config(
            s3=style,
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            retries={"total_max_attempts": 2},
            proxies={},
        ),
    )


def answered(where: Coordinates, code: str, words: str) -> Failure:
    """A refusal of the server; pure."""
    if code in NOT_KNOWN:
        return refusal(
            f"S3 at {where.endpoint} does not take these keys for bucket {where.bucket} ({code}).",
            remedy="give keys that may list, read and write that bucket: --keys-file FILE.",
        )
    return refusal(f"S3 at {where.endpoint} refuses: {words}", remedy="check endpoint, region and bucket.")


def unanswered(where: Coordinates, words: str) -> Failure:
    """A server that cannot be spoken to; pure."""
    if "SSL" in words or "certificate" in words.lower():
        return refusal(
            f"the certificate of S3 at {where.endpoint} is not signed by a root that counts, or not for "
            "that name.",
            remedy="name the file with its root: --ca-file FILE.",
        )
    return refusal(
        f"S3 at {where.endpoint} does not answer: {words}",
        remedy="check the endpoint, and the way there from this host.",
    )


def _locked_days(client: Any, bucket: str) -> int | None:
    try:
        answer = client.get_object_lock_configuration(Bucket=bucket)
    except client.exceptions.ClientError as error:
        return 0 if _code(error) == NO_LOCK else None
    retention = answer["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
    return int(retention.get("Days", 365 * retention.get("Years", 0)))


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
