"""How a stack is: what is wrong, and then everything that an operator asks first."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.firing import Alert
    from infra.zero_loss import ZeroLoss
    from schedules.row import Row


@dataclass
class ServiceState:
    """One service: how many containers are wanted, how many are there and healthy."""

    name: str
    wanted: int
    running: int
    healthy: int


@dataclass
class Status:
    """All that an operator asks first.

    Attributes:
        wrong: sentences, each with what to do; empty when all is well.
        remarks: what is not wrong but should be known.
        rpo_seconds: by repository, age of the newest commit that is safe there; None when unknown.
        restore_point: newest moment that can be restored, by repository.
        waiting_segments: WAL that no archive has yet; None when unknown.
        free_bytes: room on the database's disk; None when unknown.
        zero_loss: the WAL receiver; None where the stack has none, and when nobody could ask.
        alerts: what fires, where the stack is monitored.
        schedules: what runs by itself, with its last and its next run.
        certificates: days left by party, as served where that can be asked for.
    """

    stack: str
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    services: list[ServiceState] = field(default_factory=list)
    endpoints: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, float] = field(default_factory=dict)
    restore_point: dict[str, str | None] = field(default_factory=dict)
    rpo_seconds: dict[str, float | None] = field(default_factory=dict)
    proven: dict[str, str] = field(default_factory=dict)
    waiting_segments: int | None = None
    free_bytes: int | None = None
    generation: int = 1
    kept: tuple[int, ...] = ()
    timeline: int = 0
    alerts: "list[Alert]" = field(default_factory=list)
    zero_loss: "ZeroLoss | None" = None
    schedules: "list[Row]" = field(default_factory=list)
