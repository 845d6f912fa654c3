"""The specification that Swarm gets, out of a service's inputs."""

from collections.abc import Mapping
from typing import Any

from toolchain.provider.property_value import Properties
from toolchain.provider.service_schema import SERVICE


def specification(inputs: Properties, live: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The service's specification for Docker's API.

    Args:
        inputs: the service's properties, without marks of secrets.
        live: the specification that runs; its forced-update counter is kept when the program gives none,
            because going back to 0 would restart every task.
    """
    spec: Any = SERVICE.to_api(inputs)
    if live is not None:
        kept = live.get("TaskTemplate", {}).get("ForceUpdate")
        if kept:
            spec["TaskTemplate"].setdefault("ForceUpdate", kept)
    result: dict[str, Any] = spec
    return result


def api_arguments(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The SDK's arguments for creating or updating a service with this specification."""
    return {
        "task_template": spec["TaskTemplate"],
        "name": spec["Name"],
        "labels": spec.get("Labels", {}),
        "mode": spec.get("Mode") or {"Replicated": {"Replicas": 1}},
        "update_config": spec.get("UpdateConfig"),
        "rollback_config": spec.get("RollbackConfig"),
        "endpoint_spec": spec.get("EndpointSpec"),
    }
