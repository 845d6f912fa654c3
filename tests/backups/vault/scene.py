"""What the vault's tool finds in a bucket where all is well."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def found(**other: Any) -> dict[str, Any]:
    """Its answer to a look or a renewal, but for what is given."""
    return {
        "at": NOW.isoformat(),
        "renewed": 2,
        "current": 40,
        "unlocked": 0,
        "ending": 0,
        "ending_within_days": 1.75,
        "shortest_until": (NOW + timedelta(days=5)).isoformat(),
        "shortest_days": 5.0,
        "shortest_key": "pgbackrest/archive/bem/archive.info",
        "since": (NOW - timedelta(days=1)).isoformat(),
        "deleted": 9,
        "deleted_like_expiry": 9,
        "deleted_otherwise": 0,
        "deleted_keys": [],
        "overwritten": 2,
        "overwritten_by_routine": 2,
        "overwritten_otherwise": 0,
        "overwritten_keys": [],
        "first_otherwise": None,
        "last_otherwise": None,
        "busiest_minute": 9,
        **other,
    }


STOLEN = {
    "deleted": 10,
    "deleted_otherwise": 1,
    "deleted_keys": ["pgbackrest/archive/bem/archive.info"],
    "first_otherwise": NOW.isoformat(),
    "last_otherwise": NOW.isoformat(),
}
"""One key too many is gone."""
