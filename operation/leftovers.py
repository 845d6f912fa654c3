"""What Docker has under the stack's label and Pulumi's state does not know.

A kill between «Docker made it» and «Pulumi wrote it down» leaves such objects, and their names would be taken
at the next try. Configs and secrets of earlier deployments stay on purpose, as long as a service could go
back to them.
"""

import json
from typing import Any

from operation.containers import client
from operation.progress import Progress
from operation.pulumi_state import state_path
from operation.stack import LABEL_STACK, Stack


def remove_unknown(stack: Stack, progress: Progress) -> list[str]:
    """Removes services and networks that no state knows.

    Called only after a deployment that was killed; a scratch is not Pulumi's and is left alone.

    Returns:
        names of what was removed.
    """
    known = known_ids(stack)
    engine = client()
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    services = [each for each in engine.services.list(filters=label) if not _is_scratch(each)]
    unknown = [each for each in services if each.id not in known]
    unknown += [each for each in engine.networks.list(filters=label) if each.id not in known]
    for each in unknown:
        progress.detail(f"removing {each.name}, which an interrupted deployment left")
        each.remove()
    return [each.name for each in unknown]


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
