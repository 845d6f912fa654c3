"""One replica of a new image where no client finds it: it is asked before any other takes part."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.parties import Party
from operation.containers import client, containers, wait_for
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

SUFFIX = "-canary"
HEALTH_SECONDS = 60.0
END_SECONDS = 60.0
LAST_LINES = 12
SECOND = 1_000_000_000
"""Nanoseconds, as Docker takes them."""
GRACE = SECOND
"""Nobody waits for its answers; it need not drain."""
ALONE = "CANARY"
"""Tells a worker to serve its health alone, and to take no work from the others."""


def specification(service: dict[str, Any], image: str) -> dict[str, Any]:
    """The task of a service with another image and another name in its networks; pure.

    Args:
        service: `Spec` of the service that runs.
        image: the new image.
    """
    task: dict[str, Any] = copy.deepcopy(service["TaskTemplate"])
    container = task["ContainerSpec"]
    container["Image"] = image
    role = container["Labels"][LABEL_ROLE] + SUFFIX
    container["Labels"] = {**container["Labels"], LABEL_ROLE: role}
    task["Networks"] = [{**each, "Aliases": [role]} for each in task.get("Networks", [])]
    task["RestartPolicy"] = {"Condition": "none"}
    container["Env"] = [*container.get("Env", []), f"{ALONE}=1"]
    container["StopGracePeriod"] = GRACE
    container["Healthcheck"] = {**container["Healthcheck"], "Interval": SECOND}
    return task


@contextmanager
def canary(stack: Stack, party: Party, image: str) -> Iterator[Any]:
    """Starts it, waits until it is healthy, gives its container, and removes it however the block ends.

    Raises:
        Failure: when it does not become healthy; with its own last words.
    """
    engine = client()
    remove(stack, party, engine)
    service = engine.services.get(stack.object_name(party.role))
    name = stack.object_name(party.role + SUFFIX)
    try:
        engine.api.create_service(
            specification(service.attrs["Spec"], image),
            name=name,
            labels={LABEL_STACK: stack.name, LABEL_ROLE: party.role + SUFFIX},
            mode={"Replicated": {"Replicas": 1}},
            endpoint_spec={"Mode": "dnsrr"},
        )
        yield _healthy(stack, party, engine, name)
    finally:
        remove(stack, party, engine)


def remove(stack: Stack, party: Party, engine: Any) -> None:
    """Removes a canary, also one that a killed deployment left; waits until its container is gone."""
    for each in engine.services.list(filters={"name": stack.object_name(party.role + SUFFIX)}):
        each.remove()
    role = party.role + SUFFIX
    wait_for(
        lambda: not containers(stack, role, engine), END_SECONDS, f"the end of the canary of {party.role}"
    )


def _healthy(stack: Stack, party: Party, engine: Any, name: str) -> Any:
    def grown() -> Any:
        ended = [each for each in engine.services.get(name).tasks() if each["Status"]["State"] in ENDED]
        if ended:
            raise _refused(engine, party, ended[0])
        found = containers(stack, party.role + SUFFIX, engine)
        healths = [each for each in found if each.attrs["State"].get("Health", {}).get("Status") == "healthy"]
        return healths[0] if healths else None

    try:
        return wait_for(grown, HEALTH_SECONDS, f"the health of the new {party.role}")
    except Failure as failure:
        tasks = engine.services.get(name).tasks()
        raise (_refused(engine, party, tasks[0]) if tasks else failure) from failure


ENDED = {"failed", "rejected", "complete", "shutdown", "orphaned"}


def _refused(engine: Any, party: Party, task: dict[str, Any]) -> Failure:
    status = task["Status"]
    reason = status.get("Err") or status.get("Message") or status["State"]
    words = _last_words(engine, (status.get("ContainerStatus") or {}).get("ContainerID", ""))
    return Failure(
        f"the new {party.role} does not become healthy ({status['State']}: {reason})."
        + "".join(f"\n    {line}" for line in words),
        "it never took a request; what served before serves.",
        "mend it, then `invoke deploy` again.",
    )


def _last_words(engine: Any, identity: str) -> list[str]:
    from docker.errors import DockerException  # noqa: PLC0415

    if not identity:
        return []
    try:
        found = engine.containers.get(identity)
        log = found.logs(tail=LAST_LINES).decode(errors="replace").splitlines()
        checks = (found.attrs["State"].get("Health") or {}).get("Log") or []
    except DockerException:
        return []
    return [*log, *[f"health check: {each['Output'].strip()}" for each in checks[-1:]]]
