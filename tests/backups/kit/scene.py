"""A stack's files, as a kit meets them."""

import json
from datetime import UTC, datetime, timedelta

from tests.images.authority import Authority

ROOTS = Authority().trust.decode()
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
FILE = """# Kept.
encryptionsalt: v1:abc
config:
  bem:database: {generation: 4, kept: [3], last_generation: 4}
  bem:object_store: {endpoint: "s3.example.org", bucket: kept, ca_file: roots.pem}
"""


def issued(serial: str, days: float) -> str:
    """A line of the register about a certificate that ends in so many days."""
    end = (NOW + timedelta(days=days)).isoformat()
    return json.dumps({"event": "issued", "serial": serial, "not_after": end})


def revoked(serial: str) -> str:
    """A line that says it is void."""
    return json.dumps({"event": "revoked", "serial": serial})
