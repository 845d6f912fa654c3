"""What runs of a stack, and what ran: Swarm's tasks, and containers that are no tasks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operation.containers import client
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

TASK = "com.docker.swarm.task.id"
TASK_NAME = "com.docker.swarm.task.name"
ENDED = {"complete", "failed", "shutdown", "rejected", "orphaned", "remove"}
"""Swarm's words for tasks that run no more."""
BROKEN = {"failed", "rejected", "orphaned", "complete"}
"""Those that ended by themselves; `shutdown` was told to."""
JOB = "job"
SHORT = 12
"""Digits of an id that tell it apart, as Docker prints them."""

Engine = Any  # the Docker SDK has no types


@dataclass(frozen=True)
class Replica:
    """One task of a service, or one container that is a job.

    Attributes:
        service: its role.
        replica: its number; 0 for a job.
        node: the host that runs it.
        state: as Swarm calls it, or Docker for a job.
        health: `healthy`, `starting`, `unhealthy`; `-` where nothing is known on this host.
        since: when it came into that state.
        image: tag and digest.
        container: short id; empty before there is one.
        restarts: tasks of the same number that ended by themselves and that Swarm remembers.
        error: why it ended.
        job: whether it runs to its end and is no task of a service.
    """

    service: str
    replica: int
    node: str
    state: str
    health: str
    since: datetime
    image: str
    container: str
    restarts: int = 0
    error: str = ""
    job: bool = False

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self.state in (ENDED | {"exited", "dead"})


@dataclass(frozen=True)
class Found:
    """What Docker knows, as its API gives it.

    Attributes:
        services: of the stack.
        tasks: of these services.
        containers: of the stack, on this host.
        nodes: name by id.
        tags: an image's tag by id.
        host: this host's name.
    """

    services: Iterable[Mapping[str, Any]]
    tasks: Iterable[Mapping[str, Any]]
    containers: Iterable[Mapping[str, Any]]
    nodes: Mapping[str, str]
    tags: Mapping[str, str]
    host: str


def replicas(stack: Stack) -> list[Replica]:
    """All that Docker knows of a stack, services first, the newest task of a replica first.

    Raises:
        Failure: when Docker does not answer.
    """
    return told(_found(stack, client()))


def told(found: Found) -> list[Replica]:
    """The same from what Docker gave; pure."""
    roles = {each["ID"]: each["Spec"]["Labels"].get(LABEL_ROLE, "") for each in found.services}
    health = {each["Labels"].get(TASK, ""): health_of(each["Status"]) for each in found.containers}
    tasks = [each for each in found.tasks if each["ServiceID"] in roles]
    rows = [_task(each, roles[each["ServiceID"]], health, found, _restarts(each, tasks)) for each in tasks]
    jobs = [_job(each, found) for each in found.containers if TASK not in each["Labels"]]
    ordered = sorted(rows, key=lambda each: each.since, reverse=True)
    ordered.sort(key=lambda each: (each.service, each.replica, each.ended))
    return ordered + sorted(jobs, key=lambda each: each.since)


def health_of(words: str) -> str:
    """From Docker's sentence: `Up 3 minutes (healthy)`."""
    for word in ("unhealthy", "healthy", "health: starting"):
        if f"({word})" in words:
            return word.removeprefix("health: ")
    return "-"


def _found(stack: Stack, engine: Engine) -> Found:
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    services = engine.api.services(filters=label)
    ids = [each["ID"] for each in services]
    return Found(
        services=services,
        tasks=engine.api.tasks(filters={"service": ids}) if ids else [],
        containers=engine.api.containers(all=True, filters=label),
        nodes={each["ID"]: each["Description"]["Hostname"] for each in engine.api.nodes()},
        tags={each["Id"]: tag_of(each["RepoTags"] or (), stack.name) for each in engine.api.images()},
        host=engine.info()["Name"],
    )


def _task(
    task: Mapping[str, Any], role: str, health: Mapping[str, str], found: Found, restarts: int
) -> Replica:
    status = task["Status"]
    state = status["State"]
    return Replica(
        service=role,
        replica=task.get("Slot", 0),
        node=found.nodes.get(task.get("NodeID", ""), "-"),
        state=state,
        health="-" if state in ENDED else health.get(task["ID"], "-"),
        since=moment_of(status["Timestamp"]),
        image=image_of(task["Spec"]["ContainerSpec"]["Image"], found.tags),
        container=status.get("ContainerStatus", {}).get("ContainerID", "")[:SHORT],
        restarts=restarts,
        error=status.get("Err", ""),
    )


def _restarts(task: Mapping[str, Any], tasks: Iterable[Mapping[str, Any]]) -> int:
    return sum(
        each["ServiceID"] == task["ServiceID"]
        and each.get("Slot") == task.get("Slot")
        and each["Status"]["State"] in BROKEN
        and each["ID"] != task["ID"]
        for each in tasks
    )


def _job(container: Mapping[str, Any], found: Found) -> Replica:
    words = container["Status"]
    return Replica(
        service=container["Labels"].get(LABEL_ROLE) or container["Names"][0].lstrip("/"),
        replica=0,
        node=found.host,
        state=container["State"],
        health=health_of(words),
        since=datetime.fromtimestamp(container["Created"], UTC),
        image=image_of(container["ImageID"], found.tags),
        container=container["Id"][:SHORT],
        error=words if words.startswith("Exited") and "(0)" not in words else "",
        job=True,
    )


def number_of(container: Any) -> int:
    """The replica's number, from the name that Swarm gave the task: `local_api.2.8xk…`."""
    parts = container.labels.get(TASK_NAME, "").split(".")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def tag_of(tags: Iterable[str], stack: str) -> str:
    """An image's tag, the stack's own where it has several; empty when a newer build took it."""
    known = sorted(
        (each for each in tags if each != "<none>:<none>"), key=lambda each: each.endswith(f":{stack}")
    )
    return known[-1] if known else ""


def image_of(name: str, tags: Mapping[str, str]) -> str:
    """Tag and first digits of the digest: two builds of one tag look different."""
    before, _, digest = name.rpartition("@") if "@" in name else ("", "", name)
    if not digest.startswith("sha256:"):
        return name
    short = digest.removeprefix("sha256:")[:SHORT]
    known = before.rpartition("/")[2] or tags.get(digest, "")
    return f"{known}@{short}" if known else short


def moment_of(text: str) -> datetime:
    """Docker's time, which has nine digits after the second and is UTC."""
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
