"""The catalogue as a person and a program read it."""

from dataclasses import asdict
from typing import Any

from backups.catalog import Catalog
from backups.engine import REPOSITORIES

MEBIBYTE = 1024**2
HEADINGS = ("repository", "label", "type", "restorable from (UTC)", "database", "stored", "timeline")


def content(catalog: Catalog) -> dict[str, Any]:
    """As JSON: times ISO 8601 in UTC, sizes in bytes."""
    return {
        "backups": [
            {
                **asdict(each),
                "repository": REPOSITORIES[each.repository],
                "started": each.started.isoformat(),
                "stopped": each.stopped.isoformat(),
            }
            for each in catalog.backups
        ],
        "reach": {
            REPOSITORIES[number]: {
                "timeline": reach.timeline,
                "segment": reach.segment,
                "until": reach.until.isoformat() if reach.until else None,
            }
            for number, reach in catalog.reaches.items()
        },
        "timeline": catalog.timeline,
        "silent": {REPOSITORIES[number]: words for number, words in catalog.silent.items()},
    }


def rows(catalog: Catalog) -> list[tuple[str, ...]]:
    """The backups, a row each, under `HEADINGS`."""
    return [
        (
            REPOSITORIES[each.repository],
            each.label + (" (damaged)" if each.failed else ""),
            each.kind,
            each.stopped.strftime("%Y-%m-%d %H:%M:%S"),
            f"{each.database_bytes / MEBIBYTE:.0f} MiB",
            f"{each.stored_bytes / MEBIBYTE:.1f} MiB",
            str(each.timeline),
        )
        for each in catalog.backups
    ]


def reaches(catalog: Catalog) -> list[str]:
    """A line for each repository: how far its WAL goes, or that it is silent."""
    lines = [
        f"{REPOSITORIES[number]}: WAL reaches to "
        f"{reach.until.isoformat(sep=' ', timespec='seconds') if reach.until else 'no known second'} "
        f"(timeline {reach.timeline})"
        for number, reach in sorted(catalog.reaches.items())
    ]
    return lines + [
        f"{REPOSITORIES[number]}: does not answer: {words}"
        for number, words in sorted(catalog.silent.items())
    ]


def table(catalog: Catalog) -> list[str]:
    """The rows in columns as wide as they have to be: a label that is cut short cannot be typed."""
    lines = [HEADINGS, *rows(catalog)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
