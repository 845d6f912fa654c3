"""What is kept and what would go, in words and for machines."""

from datetime import datetime
from typing import Any

from backups.engine import REPOSITORIES, S3
from backups.info import Backup
from backups.retention.effect import Effect
from backups.retention.survey import Survey
from infra.sections.object_store import ObjectStore

MEBIBYTE = 1024**2


def content(survey: Survey) -> dict[str, Any]:
    """As JSON: times ISO 8601 in UTC, sizes in bytes."""
    return {
        "repositories": {
            REPOSITORIES[each.repository]: {
                "backups": len(each.kept),
                "since": _iso(each.then_since),
                "bytes": stored(each.kept),
                "expires": [gone.label for gone in each.gone],
                "since_before": _iso(each.since),
                "freed_bytes": each.freed,
                "proven_lost": each.proven or None,
            }
            for each in survey.effects
        },
        "marks_lost": list(survey.marks),
        "no_return_from": _iso(survey.span[0]) if survey.span else None,
        "no_return_to": _iso(survey.span[1]) if survey.span else None,
    }


def kept_lines(survey: Survey) -> list[str]:
    """What each repository keeps."""
    return [
        (
            f"{REPOSITORIES[each.repository]:<6} {len(each.kept)} backups, {_size(stored(each.kept))} "
            f"without WAL; oldest second {_clock(each.then_since)}"
        )
        for each in survey.effects
    ]


def lost_lines(survey: Survey, store: ObjectStore) -> list[str]:
    """What would go, and what that means."""
    lines = [line for each in survey.effects for line in _repository(each)]
    if survey.span:
        begin, end = survey.span
        lines.append(f"! nobody can return to {_clock(begin)} … {_clock(end)} any more")
    if survey.marks:
        lines.append(f"! marks that are lost: {', '.join(survey.marks)}")
    if any(each.gone for each in survey.effects if each.repository == S3):
        lines.append(f"  s3: {locked(store)}")
    return lines


def locked(store: ObjectStore) -> str:
    """What becomes of expired objects under a lock; pure."""
    if store.outside:
        return "where the bucket keeps versions, their bytes are freed when its lock ends"
    days = store.lock_days
    return f"the vault keeps what expires until its lock ends, up to {days} days; bytes are freed then"


def stored(backups: tuple[Backup, ...]) -> int:
    """Bytes that they have added to their repository."""
    return sum(each.stored_bytes for each in backups)


def _repository(found: Effect) -> list[str]:
    name = REPOSITORIES[found.repository]
    if not found.gone:
        return [f"{name}: nothing expires"]
    labels = ", ".join(each.label for each in found.gone)
    lines = [
        f"{name}: {len(found.gone)} of {len(found.gone) + len(found.kept)} backups expire: {labels}",
        (
            f"  oldest second {_clock(found.since)}, then {_clock(found.then_since)}; "
            f"{_size(found.freed)} and their WAL are freed"
        ),
    ]
    if found.proven:
        lines.append(
            f"! {found.proven} is the newest proven backup of {name}: prove another by backup.verify"
        )
    return lines


def _size(count: int) -> str:
    return f"{count / MEBIBYTE:.1f} MiB"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "none"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
