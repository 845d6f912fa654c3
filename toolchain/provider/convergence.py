"""Whether a service has become what it was told to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, Self

from toolchain.provider.call import POLL, Call
from toolchain.provider.kind import nanoseconds
from toolchain.provider.property_value import Properties
from toolchain.provider.task import ENDED, Task

_GIVEN_UP: Final = frozenset({"paused", "rollback_started", "rollback_paused", "rollback_completed"})
_STEADY_SECONDS: Final = 1.0
"""How long tasks without a health check must stay up to count."""


class Verdict(Enum):
    """How a service stands."""

    WAITING = "waiting"
    CONVERGED = "converged"
    GIVEN_UP = "given up"


@dataclass(frozen=True)
class Wanted:
    """What is waited for.

    Attributes:
        service: Swarm's identity of it.
        template: the specification that its tasks must be made from, as Swarm gave it back.
        replicas: how many of them must run.
        announced: the update changes only what tasks do not show (ports), so Swarm's word must be awaited.
        seconds: for how long.
    """

    service: str
    template: Mapping[str, Any]
    replicas: int
    announced: bool
    seconds: float

    @classmethod
    def of(cls, service: Mapping[str, Any], seconds: float, *, announced: bool = False) -> Self:
        """What a service, as Swarm gives it back, must become."""
        spec = service["Spec"]
        replicas = spec["Mode"].get("Replicated", {}).get("Replicas", 0)
        return cls(service["ID"], spec["TaskTemplate"], replicas, announced and replicas > 0, seconds)


@dataclass(frozen=True)
class Standing:
    """What Swarm says of a service at one moment."""

    tasks: tuple[Task, ...]
    update_state: str
    update_message: str

    @classmethod
    def parse(cls, service: Mapping[str, Any], tasks: Iterable[Mapping[str, Any]]) -> Self:
        """A standing out of the API's answers."""
        status = service.get("UpdateStatus") or {}
        parsed = tuple(Task.parse(task) for task in tasks)
        return cls(parsed, status.get("State") or "", status.get("Message") or "")

    def running(self, wanted: Wanted) -> list[Task]:
        """Tasks of the wanted specification that run."""
        return [
            task
            for task in self.tasks
            if task.desired == "running" and task.state == "running" and task.made_from(wanted.template)
        ]


def judge(standing: Standing, wanted: Wanted) -> Verdict:
    """How the service stands; tasks of an older specification never count."""
    if standing.update_state in _GIVEN_UP:
        return Verdict.GIVEN_UP
    stale = [task for task in standing.tasks if task.wanted and not task.made_from(wanted.template)]
    settled = standing.update_state == "completed" or (not standing.update_state and not wanted.announced)
    if stale or not settled or len(standing.running(wanted)) != wanted.replicas:
        return Verdict.WAITING
    return Verdict.CONVERGED


def is_stuck(standing: Standing, wanted: Wanted) -> bool:
    """Whether tasks of this specification are missing that Swarm will not make by itself any more."""
    alive = [
        task
        for task in standing.tasks
        if task.wanted and task.state not in ENDED and task.made_from(wanted.template)
    ]
    return standing.update_state != "updating" and len(alive) < wanted.replicas


def timeout_of(inputs: Properties) -> float | None:
    """Seconds to wait; None when the program asks for none (the official one does not wait then either)."""
    converge = inputs.get("convergeConfig")
    if not isinstance(converge, dict):
        return None
    return nanoseconds(str(converge.get("timeout") or "3m")) / 1e9


def standing_of(call: Call, service: str) -> Standing:
    """Ask Swarm."""
    return Standing.parse(call.api.inspect_service(service), call.api.tasks(filters={"service": service}))


def converge(call: Call, wanted: Wanted) -> tuple[Verdict, Standing]:
    """Wait until the service runs as wanted, Swarm gives up, or the time is over.

    Returns:
        WAITING when the time is over, and the last that Swarm said.
    """
    standing = standing_of(call, wanted.service)
    verdict = judge(standing, wanted)

    def decided() -> bool:
        nonlocal standing, verdict
        standing = standing_of(call, wanted.service)
        verdict = judge(standing, wanted)
        return verdict is not Verdict.WAITING

    if (
        call.wait(decided, wanted.seconds)
        and verdict is Verdict.CONVERGED
        and not _is_checked(wanted.template)
    ):
        return _steady(call, wanted, standing)
    return verdict, standing


def _steady(call: Call, wanted: Wanted, standing: Standing) -> tuple[Verdict, Standing]:
    """Look once more: a task that dies at once was running, too."""
    before = {task.id for task in standing.running(wanted)}
    call.wait(lambda: False, _STEADY_SECONDS, POLL)
    again = standing_of(call, wanted.service)
    if {task.id for task in again.running(wanted)} == before:
        return Verdict.CONVERGED, again
    left = wanted.seconds - _STEADY_SECONDS
    if left <= 0:
        return Verdict.WAITING, again
    return converge(call, replace(wanted, seconds=left))


def _is_checked(template: Mapping[str, Any]) -> bool:
    return bool(((template.get("ContainerSpec") or {}).get("Healthcheck") or {}).get("Test"))
