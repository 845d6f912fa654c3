"""A scratch: the database's own image, secrets and repositories on another volume, for restores and proofs.

It is a Swarm service, because only services may read Swarm secrets; it has no alias in any network, cannot
archive, and sees the local repository read-only.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from operation.containers import client, container, wait_for
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

START_SECONDS = 60
ROLE = "scratch"
ONLY_READ = ("/old", "/received")


@contextmanager
def scratch(
    stack: Stack,
    volume: str,
    *,
    old: str = "",
    received: str = "",
    more: dict[str, str] | None = None,
    owner: Stack | None = None,
    environment: Mapping[str, str] | None = None,
    image: str = "",
) -> Iterator[Any]:
    """Runs a scratch on a volume and gives its container; removes it however the block ends.

    Args:
        stack: whose database is copied.
        volume: data volume at /cluster; made, with the owner's label, when it is missing.
        old: another data volume, read-only at /old.
        received: the WAL receiver's volume, read-only at /received.
        more: further volumes, writable: name to path.
        owner: whose the scratch is, with its name and label; the stack itself when left out. One runs at a
            time for each owner, under the owner's lock.
        environment: further variables of its processes.
        image: that it runs; the database's own when left out.

    Raises:
        Failure: when the stack has no database service yet, or the scratch does not start.
    """
    engine = client()
    owner = owner or stack
    remove_scratches(owner, engine)
    database = _database_spec(stack, engine)
    ensure_volume(owner, volume, engine)
    beside = {old: "/old"} if old else {}
    beside |= {received: "/received"} if received else {}
    spec = scratch_spec(database, owner, volume, {**beside, **(more or {})})
    inner = spec["TaskTemplate"]["ContainerSpec"]
    further = [f"{name}={word}" for name, word in (environment or {}).items()]
    inner["Env"] = [*(inner.get("Env") or []), *further]
    inner["Image"] = image or inner["Image"]
    engine.api.create_service(
        spec["TaskTemplate"],
        name=spec["Name"],
        labels=spec["Labels"],
        mode=spec["Mode"],
        endpoint_spec=spec["EndpointSpec"],
    )
    try:
        yield wait_for(
            lambda: _running(owner, engine), START_SECONDS, "the start of the scratch database's container"
        )
    finally:
        remove_scratches(owner, engine)


def scratch_spec(database: dict[str, Any], owner: Stack, volume: str, more: dict[str, str]) -> dict[str, Any]:
    """The service to create, from the database's own; pure."""
    template = deepcopy(database["TaskTemplate"])
    inner = template["ContainerSpec"]
    labels = {LABEL_STACK: owner.name, LABEL_ROLE: ROLE}
    inner["Args"] = ["scratch"]
    inner["Labels"] = labels
    inner["Healthcheck"] = {"Test": ["NONE"]}
    inner["Mounts"] = [_scratch_mount(mount, volume) for mount in inner["Mounts"]]
    inner["Mounts"] += [
        {"Type": "volume", "Source": source, "Target": target, "ReadOnly": target in ONLY_READ}
        for source, target in more.items()
    ]
    template["RestartPolicy"] = {"Condition": "none"}
    template["Networks"] = [{"Target": network["Target"]} for network in template.get("Networks", [])]
    name = f"{owner.object_name(ROLE)}-{secrets.token_hex(3)}"
    mode = {"Replicated": {"Replicas": 1}}
    return {
        "Name": name,
        "Labels": labels,
        "TaskTemplate": template,
        "Mode": mode,
        "EndpointSpec": {"Mode": "dnsrr"},
    }


def ensure_volume(stack: Stack, name: str, engine: Any = None) -> None:
    """Makes a volume under the stack's label; one that exists stays as it is."""
    (engine or client()).volumes.create(name, driver="local", labels=stack.labels)


def volume_exists(name: str, engine: Any = None) -> bool:
    """Whether Docker has a volume of that name."""
    from docker.errors import NotFound  # noqa: PLC0415

    try:
        (engine or client()).volumes.get(name)
    except NotFound:
        return False
    return True


def remove_volume(name: str, engine: Any = None) -> None:
    """Removes a volume once the last container lets go of it; a missing one is no error.

    Containers of Swarm that have ended, which it keeps for its history, are removed with it.

    Raises:
        Failure: when a container that runs has it.
    """
    from docker.errors import APIError, NotFound  # noqa: PLC0415

    engine = engine or client()

    def removed() -> bool:
        ended = {"volume": name, "status": ["created", "exited", "dead"]}
        for left in engine.containers.list(all=True, filters=ended, ignore_removed=True):
            _kill(left)
        try:
            engine.api.remove_volume(name)
        except NotFound:
            return True
        except APIError as error:
            if error.status_code != 409:  # noqa: PLR2004  # conflict: in use
                raise
            return False
        return True

    wait_for(removed, START_SECONDS, f"the release of volume {name}")


def remove_scratches(stack: Stack, engine: Any = None) -> None:
    """Removes every scratch of the stack, also one that a killed process left, and waits until it is gone."""
    engine = engine or client()
    labels = [f"{LABEL_STACK}={stack.name}", f"{LABEL_ROLE}={ROLE}"]
    for service in engine.services.list(filters={"label": labels}):
        service.remove()
    for left in engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True):
        _kill(left)
    wait_for(
        lambda: not engine.containers.list(filters={"label": labels}, ignore_removed=True),
        START_SECONDS,
        "the end of the scratch database's container",
    )


def _kill(left: Any) -> None:
    from docker.errors import APIError  # noqa: PLC0415

    try:
        left.remove(force=True)
    except APIError:
        return  # Swarm removes it at the same moment


def _running(stack: Stack, engine: Any) -> Any:
    try:
        return container(stack, ROLE, engine)
    except Failure:
        return None


def _database_spec(stack: Stack, engine: Any) -> dict[str, Any]:
    from docker.errors import NotFound  # noqa: PLC0415

    try:
        spec: dict[str, Any] = engine.api.inspect_service(stack.object_name("database"))["Spec"]
    except NotFound:
        raise Failure(
            f"stack {stack.name} has no database service.",
            "without it nobody knows the image and the repositories.",
            "`invoke up` first; it leaves existing volumes and backups as they are.",
        ) from None
    return spec


def _scratch_mount(mount: dict[str, Any], volume: str) -> dict[str, Any]:
    if mount["Target"] == "/cluster":
        return {**mount, "Source": volume}
    if mount["Target"] == "/repository":
        return {**mount, "ReadOnly": True}
    return mount
