"""What Docker has under the stack's label and Pulumi's state does not know.

A kill between «Docker made it» and «Pulumi wrote it down» leaves such objects, and their names would be taken
at the next try. Configs and secrets of earlier deployments stay on purpose, as long as a service could go
back to them.
"""

import json
from functools import partial
from typing import Any

from operation.containers import client, wait_for
from operation.progress import Progress
from operation.pulumi_state import state_path
from operation.stack import LABEL_STACK, Stack

END_SECONDS = 180.0
"""Longer than the stop grace of any service."""


def remove_unknown(stack: Stack, progress: Progress) -> list[str]:
    """Removes services and networks that no state knows.

    Called after a deployment that was killed, and when a stack goes; a scratch is not Pulumi's and is left
    alone.

    Returns:
        names of what was removed.
    """
    known = known_ids(stack)
    engine = client()
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    unknown = [each for each in services(stack, engine) if each.id not in known]
    networks = [each for each in engine.networks.list(filters=label) if each.id not in known]
    for each in (*unknown, *networks):
        progress.detail(f"removing {each.name}, which no state of Pulumi's knows")
        wait_for(partial(_removed, each), END_SECONDS, f"the removal of {each.name}")
    return [each.name for each in (*unknown, *networks)]


def services(stack: Stack, engine: Any = None) -> list[Any]:
    """The stack's services in Docker, without scratches, which Pulumi does not make."""
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    return [each for each in (engine or client()).services.list(filters=label) if not _is_scratch(each)]


def _removed(each: Any) -> bool:
    """A network goes once the containers in it have ended, which a database may take its time for."""
    from docker.errors import APIError, NotFound  # noqa: PLC0415  # 0.2 s that `invoke --list` does not pay

    try:
        each.remove()
        each.reload()
    except NotFound:
        return True
    except APIError:
        return False
    return False


def known_ids(stack: Stack) -> set[str]:
    """Docker's ids in Pulumi's state; empty when there is none yet."""
    path = state_path(stack)
    if not path.exists():
        return set()
    latest = json.loads(path.read_text()).get("checkpoint", {}).get("latest") or {}
    return {each["id"] for each in latest.get("resources", []) if each.get("id")}


def prune(stack: Stack, progress: Progress) -> int:
    """Removes configs and secrets that no service names, neither now nor in its specification before.

    Returns:
        how many were removed.
    """
    engine = client()
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    kept = known_ids(stack) | used(each.attrs for each in engine.services.list(filters=label))
    gone = [
        each
        for each in (*engine.configs.list(filters=label), *engine.secrets.list(filters=label))
        if each.id not in kept
    ]
    for each in gone:
        progress.detail(f"removing {each.attrs['Spec']['Name']}, which no service names any more")
        each.remove()
    return len(gone)


def used(services: Any) -> set[str]:
    """Ids of the configs and secrets that services name, or named before their last update; pure."""
    found: set[str] = set()
    for service in services:
        for spec in (service.get("Spec"), service.get("PreviousSpec")):
            container = ((spec or {}).get("TaskTemplate") or {}).get("ContainerSpec") or {}
            found |= {each["ConfigID"] for each in container.get("Configs") or []}
            found |= {each["SecretID"] for each in container.get("Secrets") or []}
    return found


def _is_scratch(service: Any) -> bool:
    labels = service.attrs["Spec"].get("Labels") or {}
    return labels.get("bem.role") == "scratch"
