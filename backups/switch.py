"""Stopping the database and starting it, on the same volume or on another, by Swarm's own means."""

import time
from typing import Any

from operation.containers import client, container, containers, wait_for
from operation.failure import Failure
from operation.stack import Stack

STOP_SECONDS = 150
"""The service's own stop grace is 120 s."""
START_SECONDS = 120
CONFLICT = "out of sequence"
UPDATE_TRIES = 5


def stop_database(stack: Stack) -> None:
    """Scales the database to none and waits until no container of it is left.

    Raises:
        Failure: when it does not stop in time.
    """
    _update(stack, replicas=0, volume="")
    engine = client()
    wait_for(lambda: not containers(stack, "database", engine), STOP_SECONDS, "the database's stop")


def start_database(stack: Stack, volume: str) -> None:
    """Starts the database on that volume and waits until it is healthy.

    Raises:
        Failure: when it does not become healthy; with the container's last lines.
    """
    _update(stack, replicas=1, volume=volume)
    engine = client()
    try:
        wait_for(
            lambda: _healthy(stack, engine, volume), START_SECONDS, f"the database's start on volume {volume}"
        )
    except Failure as failure:
        raise Failure(
            failure.what,
            "the database does not serve.",
            "`invoke logs database` tells why.",
        ) from failure


def serving_volume(stack: Stack) -> str:
    """The data volume that the database service names now; empty when there is no service."""
    from docker.errors import NotFound  # noqa: PLC0415

    try:
        spec = client().api.inspect_service(stack.object_name("database"))["Spec"]
    except NotFound:
        return ""
    mounts = spec["TaskTemplate"]["ContainerSpec"]["Mounts"]
    return str(next(mount["Source"] for mount in mounts if mount["Target"] == "/cluster"))


def alive(stack: Stack) -> Any:
    """The database's container when it answers queries and may write, else None."""
    from backups.engine import query  # noqa: PLC0415

    try:
        target = container(stack, "database")
        return target if query(target, "select not pg_is_in_recovery()") == "t" else None
    except Failure:
        return None


def respecified(spec: dict[str, Any], replicas: int, volume: str) -> dict[str, Any]:
    """The service's spec with another number of replicas and, when given, another data volume; pure."""
    template = dict(spec["TaskTemplate"])
    inner = dict(template["ContainerSpec"])
    inner["Mounts"] = [
        {**mount, "Source": volume} if volume and mount["Target"] == "/cluster" else mount
        for mount in inner["Mounts"]
    ]
    template["ContainerSpec"] = inner
    return {**spec, "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": replicas}}}


def _update(stack: Stack, replicas: int, volume: str) -> None:
    from docker.errors import APIError  # noqa: PLC0415

    engine = client()
    for attempt in range(UPDATE_TRIES):
        service = engine.api.inspect_service(stack.object_name("database"))
        spec = respecified(service["Spec"], replicas, volume)
        try:
            _post_update(engine, service, spec)
        except APIError as error:
            if CONFLICT not in str(error) or attempt == UPDATE_TRIES - 1:
                raise
            time.sleep(0.1 * (attempt + 1))
            continue
        return


def _post_update(engine: Any, service: dict[str, Any], spec: dict[str, Any]) -> None:
    # The SDK's update_service rebuilds the spec and drops what it does not know; this sends it as it is.
    url = engine.api._url("/services/{0}/update", service["ID"])  # noqa: SLF001
    version = {"version": service["Version"]["Index"]}
    response = engine.api._post_json(url, data=spec, params=version)  # noqa: SLF001
    engine.api._raise_for_status(response)  # noqa: SLF001


def _healthy(stack: Stack, engine: Any, volume: str) -> bool:
    for found in containers(stack, "database", engine):
        sources = {mount.get("Name") for mount in found.attrs.get("Mounts", [])}
        state = found.attrs["State"]
        if (
            volume in sources
            and isinstance(state, dict)
            and state.get("Health", {}).get("Status") == "healthy"
        ):
            return True
    return False
