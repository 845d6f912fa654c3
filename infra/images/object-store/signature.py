"""AWS Signature Version 4 for S3, for the few requests that this image makes to itself.

The rules are those of the AWS General Reference, "Create a signed AWS API request".
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

ALGORITHM = "AWS4-HMAC-SHA256"
REGION = "us-east-1"
SERVICE = "s3"


@dataclass(frozen=True)
class Keys:
    """Who asks.

    Attributes:
        access: the name.
        secret: what only both sides know.
    """

    access: str
    secret: str


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        method: of HTTP.
        path: with its leading slash, of characters that need no escape.
        query: parameters; an empty value for a subresource.
        headers: with lower-case names, `host` among them.
        body: may be empty.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def query_string(self) -> str:
        """The parameters in the canonical order."""
        return "&".join(f"{name}={value}" for name, value in sorted(self.query.items()))


def signed(request: Request, keys: Keys, now: datetime) -> dict[str, str]:
    """The request's headers with those that prove who asks."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{REGION}/{SERVICE}/aws4_request"
    payload = hashlib.sha256(request.body).hexdigest()
    headers = {**request.headers, "x-amz-date": stamp, "x-amz-content-sha256": payload}
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        [
            request.method,
            request.path,
            request.query_string,
            *(f"{name}:{headers[name].strip()}" for name in sorted(headers)),
            "",
            names,
            payload,
        ]
    )
    text = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(_signing_key(keys, stamp[:8]), text.encode(), hashlib.sha256).hexdigest()
    proof = f"{ALGORITHM} Credential={keys.access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": proof}


def _signing_key(keys: Keys, day: str) -> bytes:
    key = f"AWS4{keys.secret}".encode()
    for part in (day, REGION, SERVICE, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
