"""What of the changes in the vault is pgBackRest's own work, and what is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BACKUPS, ARCHIVE = "pgbackrest/backup/bem/", "pgbackrest/archive/bem/"
OLD, NEW = f"{BACKUPS}20261101-010000F/", f"{BACKUPS}20261108-010000F/"
BROKEN_OFF = f"{BACKUPS}20261124-115900F/"


@pytest.fixture
def changes(module: Callable[[str], Any]) -> Any:
    """The watch's module."""
    return module("changes")


def strange(changes: Any, keys: dict[str, list[tuple[float, str]]]) -> list[str]:
    """The keys that are an alarm from noon on: each by minutes and contents, the newest first.

    No content is a delete marker.
    """
    watch = changes.Watch(NOON)
    for key, entries in keys.items():
        made = tuple(
            changes.Entry(key, f"v{minutes}", not text, NOON + timedelta(minutes=minutes), (text, len(text)))
            for minutes, text in entries
        )
        watch.see(changes.History(key, made))
    said = watch.said()
    counted = said["deleted_otherwise"] + said["overwritten_otherwise"]
    found = sorted([*said["deleted_keys"], *said["overwritten_keys"]])
    assert counted == len(found)
    return found


WHOLE = {f"{NEW}backup.manifest": [(-9.0, "new")]}


@pytest.mark.parametrize(
    "keys",
    [
        {f"{OLD}backup.manifest": [(1.0, ""), (-99.0, "old")], **WHOLE},
        {f"{BACKUPS}backup.info": [(1.0, "two"), (-1.0, "one")]},
        {f"{BACKUPS}latest": [(1.0, ""), (-1.0, "link")]},
        {
            f"{ARCHIVE}archive.info": [(1.0, "abc"), (-1.0, "xyz")],
            f"{BACKUPS}backup.info": [(1.01, "three"), (-1.0, "two")],
        },
        {f"{ARCHIVE}archive.info": [(1.0, "stanza"), (0.9, "no")]},
        {f"{BROKEN_OFF}bundle/1": [(1.0, ""), (-1.0, "half")], **WHOLE},
        {
            f"{BROKEN_OFF}bundle/1": [(1.0, ""), (-1.0, "half")],
            f"{BROKEN_OFF}bundle/2": [(1.1, "whole"), (-1.0, "half")],
            f"{BROKEN_OFF}backup.manifest": [(1.2, "manifest")],
        },
        {
            f"{ARCHIVE}17-1/0000000100000001/00000001000000010000000C.00000028.backup": [
                (1.0, "again"),
                (-1.0, "once"),
            ]
        },
        {
            "pgbackrest/points/point-20261124-120000/cache.age": [(1.0, ""), (-9.0, "x")],
            "pgbackrest/points/point-20261124-130000/cache.age": [(-1.0, "y")],
        },
    ],
)
def test_its_own_work_is_no_alarm(changes: Any, keys: dict[str, list[tuple[float, str]]]) -> None:
    """Expiry, what each backup writes, a stanza that is made, and a set that was broken off."""
    assert strange(changes, keys) == []


@pytest.mark.parametrize(
    "keys",
    [
        {f"{NEW}backup.manifest": [(1.0, ""), (-9.0, "new")]},
        {f"{NEW}bundle/1": [(1.0, "other"), (-8.0, "pages")], **WHOLE},
        {f"{NEW}bundle/1": [(1.0, ""), (-8.0, "pages")], **WHOLE},
        {f"{ARCHIVE}archive.info": [(1.0, "abc"), (-1.0, "xyz")]},
        {
            f"{ARCHIVE}archive.info": [(1.0, "abcd"), (-1.0, "xyz")],
            f"{BACKUPS}backup.info": [(1.01, "three"), (-1.0, "two")],
        },
        {
            f"{ARCHIVE}archive.info": [(5.0, "abc"), (-1.0, "xyz")],
            f"{BACKUPS}backup.info": [(1.0, "three"), (-1.0, "two")],
        },
        {f"{ARCHIVE}17-1/00000002.history": [(1.0, ""), (-1.0, "fork")]},
        {"pgbackrest/points/point-20261124-130000/cache.age": [(1.0, ""), (-1.0, "y")]},
    ],
)
def test_all_else_is_an_alarm(changes: Any, keys: dict[str, list[tuple[float, str]]]) -> None:
    """A set that is needed, `archive.info` alone or of another size, a history, the newest point."""
    assert strange(changes, keys) == [next(iter(keys))]
