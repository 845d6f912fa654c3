"""Asks Prometheus everything at once, and reads figures out of its answers."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from services.console.figures import Certificate, Drill, Figures, Repository, Service
from services.console.prometheus import Alert, Prometheus, Sample, Silent
from services.console.questions import NOW, OVER

DAY = 86400.0
POINTS = 120
"""Values of one curve."""

SEVERITIES = ("critical", "warning", "info")
"""The worst first."""


DRILL = ("passed", "rto", "rto_objective", "rpo", "rpo_objective")
"""Keys in `NOW`, behind `drill_`."""


def step_of(seconds: float) -> float:
    """Seconds between two values of a curve that goes back so far."""
    return max(15.0, seconds / POINTS)


async def figures(prometheus: Prometheus, seconds: float) -> Figures:
    """Asks everything at once.

    Args:
        prometheus: who is asked.
        seconds: how far the curves go back.

    Raises:
        Silent: there is no answer.
    """
    try:
        return await _asked(prometheus, seconds, time.time())
    except ExceptionGroup as group:
        silent, other = group.split(Silent)
        if other is not None or silent is None:
            raise
        raise Silent(str(silent.exceptions[0])) from None


async def _asked(prometheus: Prometheus, seconds: float, end: float) -> Figures:
    step = step_of(seconds)
    async with asyncio.TaskGroup() as group:
        now = {key: group.create_task(prometheus.now(text)) for key, text in NOW.items()}
        over = {
            key: group.create_task(prometheus.over(text, end - seconds, end, step))
            for key, text in OVER.items()
        }
        alerts = group.create_task(prometheus.alerts())
    said = {key: task.result() for key, task in now.items()}
    return Figures(
        at=datetime.fromtimestamp(end, UTC),
        seconds=seconds,
        alerts=sorted(alerts.result(), key=_rank),
        services=services(said),
        repositories=repositories(said),
        certificates=certificates(said, end),
        drills=drills(said),
        curves={key: task.result() for key, task in over.items()},
    )


def services(said: Mapping[str, Sequence[Sample]]) -> list[Service]:
    """One for each role that the stack's file wants, services first."""
    up = _by(said["up"], "job")
    rate, errors = _by(said["rate"], "service"), _by(said["errors"], "service")
    median, slow = _by(said["median"], "service"), _by(said["slow"], "service")
    found = [
        Service(
            role,
            each.labels.get("kind", "service"),
            int(up.get(role) or 0),
            int(each.value or 0),
            rate.get(role),
            errors.get(role),
            median.get(role),
            slow.get(role),
        )
        for each in said["wanted"]
        for role in [each.labels["job"]]
    ]
    return sorted(found, key=lambda service: (service.kind != "service", service.role))


def repositories(said: Mapping[str, Sequence[Sample]]) -> list[Repository]:
    """Each one that the database's container has looked into."""
    segments, backups = _by(said["segment_age"], "repository"), _by(said["backup_age"], "repository")
    wanted = next((each.value for each in said["segment_wanted"]), None)
    return [
        Repository(name, bool(answers), segments.get(name), wanted, backups.get(name))
        for name, answers in sorted(_by(said["answers"], "repository").items())
    ]


def certificates(said: Mapping[str, Sequence[Sample]], now: float) -> list[Certificate]:
    """Those that end first, first."""
    life = next((each.value for each in said["life"]), None)
    ends = {role: end for role, end in _by(said["not_after"], "job").items() if end is not None}
    found = [
        Certificate(role, (end - now) / DAY, (end - now) / life if life else None)
        for role, end in ends.items()
    ]
    return sorted(found, key=lambda each: (each.left, each.role))


def drills(said: Mapping[str, Sequence[Sample]]) -> list[Drill]:
    """The newest first."""
    by = {key: _by(said[f"drill_{key}"], "runbook") for key in DRILL}
    found = [
        Drill(
            name,
            datetime.fromtimestamp(ended, UTC),
            by["passed"].get(name) == 1,
            by["rto"].get(name),
            by["rto_objective"].get(name),
            by["rpo"].get(name),
            by["rpo_objective"].get(name),
        )
        for name, ended in _by(said["drill_ended"], "runbook").items()
        if ended is not None
    ]
    return sorted(found, key=lambda drill: drill.ended, reverse=True)


def _by(samples: Iterable[Sample], label: str) -> dict[str, float | None]:
    return {each.labels.get(label, ""): each.value for each in samples}


def _rank(alert: Alert) -> tuple[int, datetime]:
    known = alert.severity in SEVERITIES
    return SEVERITIES.index(alert.severity) if known else len(SEVERITIES), alert.since
