"""The figures of a stack that its page shows; what Prometheus does not have is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.console.prometheus import Alert, Series


@dataclass(frozen=True)
class Service:
    """One role.

    Attributes:
        kind: `service`, or `monitor`.
        up: replicas that answer Prometheus.
        wanted: replicas that the stack's file wants.
        rate: requests a second, of the last five minutes; None for what no client reaches.
        errors: share of them that failed by a fault of ours.
        median: seconds that half of the requests take at most.
        slow: seconds that 99 of 100 take at most.
    """

    role: str
    kind: str
    up: int
    wanted: int
    rate: float | None
    errors: float | None
    median: float | None
    slow: float | None


@dataclass(frozen=True)
class Repository:
    """Where backups lie; ages are seconds."""

    name: str
    answers: bool
    segment_age: float | None
    segment_wanted: float | None
    backup_age: float | None

    @property
    def late(self) -> bool:
        """Whether what was written lately would be lost with the database's volume."""
        if self.segment_age is None or self.segment_wanted is None:
            return self.segment_age is None
        return self.segment_age > self.segment_wanted


@dataclass(frozen=True)
class Certificate:
    """As it is served; `left` is days, `share` the part of its life that it has left."""

    role: str
    left: float
    share: float | None


@dataclass(frozen=True)
class Drill:
    """The last one of a runbook; times in seconds, None where nothing was measured."""

    runbook: str
    ended: datetime
    passed: bool
    rto: float | None
    rto_objective: float | None
    rpo: float | None
    rpo_objective: float | None


@dataclass(frozen=True)
class Figures:
    """All of a page.

    Attributes:
        at: when they were asked for.
        seconds: how far the curves go back.
        alerts: the worst first.
        curves: by their key in `OVER`.
    """

    at: datetime
    seconds: float
    alerts: Sequence[Alert]
    services: Sequence[Service]
    repositories: Sequence[Repository]
    certificates: Sequence[Certificate]
    drills: Sequence[Drill]
    curves: Mapping[str, Sequence[Series]]
