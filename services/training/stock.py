"""Checkpoints and trained networks in the object store, each with the hash that it is read back by."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from services.base.postgres import CERTIFICATES
from services.training.model import digest

ADDRESS = "https://object-store:8333"
SECRETS = Path("/run/secrets")
HASH = "sha256"


class Stock:
    """One bucket."""

    def __init__(self, bucket: str, client: Any) -> None:
        self._bucket = bucket
        self._client = client

    def put(self, key: str, content: bytes) -> str:
        """Writes an object whole or not at all, and gives its hash."""
        sha256 = digest(content)
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, Metadata={HASH: sha256})
        return sha256

    def get(self, key: str) -> bytes | None:
        """An object; None when there is none, or it is not what was written."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        content = bytes(answer["Body"].read())
        return content if answer["Metadata"].get(HASH) == digest(content) else None


def stock(bucket: str, certificates: Path = CERTIFICATES, secrets: Path = SECRETS) -> Stock:
    """The bucket over verified TLS, with the trainer's own key."""
    client = boto3.client(
        "s3",
        endpoint_url=ADDRESS,
        region_name="us-east-1",
        verify=f"{certificates}/ca.pem",
        aws_access_key_id=(secrets / "training-access-key").read_text().strip(),
        aws_secret_access_key=(secrets / "training-secret-key").read_text().strip(),
        config=Config(
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "max_attempts": 5},
            connect_timeout=3,
            read_timeout=20,
        ),
    )
    return Stock(bucket, client)
