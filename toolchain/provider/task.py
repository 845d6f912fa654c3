"""One task of a service, as Swarm reports it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

ENDED: Final = frozenset({"failed", "rejected", "complete", "shutdown", "orphaned", "remove"})


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        id: Swarm's identity of it.
        slot: number of the replica; 0 in a global service.
        spec: the specification that it was made from.
        desired: what Swarm wants it to be.
        state: what it is; `running` only once its health check has passed.
        error: Swarm's or the container's own words; empty when all is well.
        exit_code: of the container; None while there is none.
        container: identity of the container; empty while there is none.
        since: time of the state, RFC 3339: later ones sort after earlier ones.
    """

    id: str
    slot: int
    spec: Mapping[str, Any]
    desired: str
    state: str
    error: str
    exit_code: int | None
    container: str
    since: str

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """A task out of the API's answer."""
        status = raw.get("Status") or {}
        container = status.get("ContainerStatus") or {}
        return cls(
            id=raw["ID"],
            slot=raw.get("Slot") or 0,
            spec=raw.get("Spec") or {},
            desired=raw.get("DesiredState") or "",
            state=status.get("State") or "",
            error=status.get("Err") or "",
            exit_code=container.get("ExitCode"),
            container=container.get("ContainerID") or "",
            since=status.get("Timestamp") or "",
        )

    @property
    def wanted(self) -> bool:
        """Whether Swarm wants it to run."""
        return self.desired in {"running", "ready"}

    def made_from(self, template: Mapping[str, Any]) -> bool:
        """Whether it was made from this specification.

        A change of placement alone leaves tasks alone that still fit, so placement does not count; the
        runtime is in services only.
        """
        return _comparable(self.spec) == _comparable(template)


def _comparable(template: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in template.items() if key not in {"Placement", "Runtime"}}


def culprit(tasks: Iterable[Task], template: Mapping[str, Any]) -> Task | None:
    """The task that tells most about a failure: the newest with an error, else the newest not running."""
    own = [task for task in tasks if task.made_from(template)]
    for suspects in ([task for task in own if task.error], [task for task in own if task.state != "running"]):
        if suspects:
            return max(suspects, key=lambda task: task.since)
    return None
