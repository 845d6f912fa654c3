"""Stopping the database and starting it, on the same volume or on another, by Swarm's own means."""

import time
from contextlib import suppress
from typing import Any

from backups.engine import query
from operation.containers import client, containers, wait_for
from operation.failure import Failure
from operation.patience import POLL
from operation.stack import Stack

STOP_SECONDS = 150
"""The service's own stop grace is 120 s."""
START_SECONDS = 120
FAILED_STARTS = 4
"""A server that ended so often by itself has a cause that waiting does not mend: Swarm tries anew at once."""
STOP_SIGNAL = "SIGTERM"
"""Where neither image nor service names another."""
CONFLICT = "out of sequence"
UPDATE_TRIES = 5


def stop_database(stack: Stack) -> None:
    """Scales the database to none and waits until no container of it is left.

    Raises:
        Failure: when it does not stop in time.
    """
    update(stack, replicas=0, volume="")
    engine = client()
    hasten(stack, "database", engine)
    wait_for(lambda: not containers(stack, "database", engine), STOP_SECONDS, "the database's stop")


def hasten(stack: Stack, role: str, engine: Any) -> None:
    """Sends the containers of a service that is scaled to none their stop signal now.

    Swarm's own comes 2 s later, so that other nodes forget the address first (moby,
    `defaultGossipConvergeDelay`): nothing is gained by that where no replica is left.
    """
    from docker.errors import APIError  # noqa: PLC0415

    for each in containers(stack, role, engine):
        with suppress(APIError):  # it has just ended
            each.kill(signal=each.attrs["Config"].get("StopSignal") or STOP_SIGNAL)


def start_database(stack: Stack, volume: str, image: str = "") -> Any:
    """Starts the database on that volume, waits until it is healthy, and gives its container.

    Args:
        stack: whose database.
        volume: that is to serve.
        image: that it runs; the present one when left out.

    Raises:
        Failure: when it does not become healthy, or ends by itself again and again; with its own last words.
    """
    engine = client()
    ended = before = _failed(stack, engine, volume)
    update(stack, replicas=1, volume=volume, image=image)

    def decided() -> Any:
        nonlocal ended
        ended |= _failed(stack, engine, volume)
        found, times = _healthy(stack, engine, volume), len(ended - before)
        if found is None and times >= FAILED_STARTS:
            raise Failure(f"the database ended {times} times on volume {volume}.")
        return found

    try:
        return wait_for(decided, START_SECONDS, f"the database's start on volume {volume}")
    except Failure as failure:
        raise Failure(
            f"{failure.what}\n    {_last_words(stack, engine)}",
            "the database does not serve from there.",
            "`invoke logs database` tells more.",
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


def serving_image(stack: Stack) -> str:
    """The image that the database service runs."""
    spec = client().api.inspect_service(stack.object_name("database"))["Spec"]
    return str(spec["TaskTemplate"]["ContainerSpec"]["Image"])


def alive(stack: Stack, patience: float = 0) -> Any:
    """The database's container when it answers queries and may write, else None.

    Args:
        stack: whose database.
        patience: seconds to wait for one that runs and does not answer, as after a crash.
    """
    engine = client()
    deadline = time.monotonic() + patience
    while True:
        found = containers(stack, "database", engine)
        for each in found:
            try:
                if query(each, "select not pg_is_in_recovery()") == "t":
                    return each
            except Failure:
                continue
        if not found or time.monotonic() >= deadline:
            return None
        time.sleep(POLL)


def respecified(spec: dict[str, Any], replicas: int, volume: str, image: str = "") -> dict[str, Any]:
    """The service's spec with another number of replicas and, when given, data volume or image; pure."""
    template = dict(spec["TaskTemplate"])
    inner = dict(template["ContainerSpec"])
    inner["Mounts"] = [
        {**mount, "Source": volume} if volume and mount["Target"] == "/cluster" else mount
        for mount in inner["Mounts"]
    ]
    if image:
        inner["Image"] = image
    template["ContainerSpec"] = inner
    return {**spec, "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": replicas}}}


def update(stack: Stack, replicas: int, volume: str, role: str = "database", image: str = "") -> None:
    """Changes the service and waits for nothing; an empty volume stays as it is, and so does an image."""
    from docker.errors import APIError  # noqa: PLC0415

    engine = client()
    for attempt in range(UPDATE_TRIES):
        service = engine.api.inspect_service(stack.object_name(role))
        spec = respecified(service["Spec"], replicas, volume, image)
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


def _healthy(stack: Stack, engine: Any, volume: str) -> Any:
    """The container of a task that Swarm wants to run: one that is just stopping is not meant."""
    from docker.errors import NotFound  # noqa: PLC0415

    for task in _tasks(stack, engine, wanted=True):
        name = task.get("Status", {}).get("ContainerStatus", {}).get("ContainerID", "")
        if not name:
            continue
        try:
            found = engine.containers.get(name)
        except NotFound:
            continue
        sources = {mount.get("Name") for mount in found.attrs.get("Mounts", [])}
        health = found.attrs["State"].get("Health", {}).get("Status")
        if volume in sources and found.attrs["State"].get("Running") and health == "healthy":
            return found
    return None


def _failed(stack: Stack, engine: Any, volume: str) -> frozenset[str]:
    """Tasks on that volume whose server ended by itself, as far as Swarm remembers them."""
    return frozenset(
        str(task["ID"])
        for task in _tasks(stack, engine, wanted=False)
        if task["Status"].get("State") == "failed"
        and volume in {mount.get("Source") for mount in task["Spec"]["ContainerSpec"].get("Mounts") or []}
    )


def _tasks(stack: Stack, engine: Any, *, wanted: bool) -> list[dict[str, Any]]:
    filters = {"service": stack.object_name("database")}
    if wanted:
        filters["desired-state"] = "running"
    tasks: list[dict[str, Any]] = engine.api.tasks(filters=filters)
    return sorted(tasks, key=lambda task: str(task["CreatedAt"]), reverse=True)


def _last_words(stack: Stack, engine: Any) -> str:
    """What the newest task that failed says of itself, and the end of its container's log."""
    from docker.errors import APIError  # noqa: PLC0415

    for task in _tasks(stack, engine, wanted=False):
        status = task.get("Status", {})
        name = status.get("ContainerStatus", {}).get("ContainerID", "")
        try:
            log = engine.containers.get(name).logs(tail=8).decode(errors="replace") if name else ""
        except APIError:
            log = ""
        if status.get("Err") or log:
            return "\n    ".join([status.get("Err", ""), *log.splitlines()]).strip()
    return "it said nothing"
