"""A service between its creation and its first convergence, which may take minutes.

The engine learns the identity of a new service only when it runs. A provider that dies before leaves a
service that nobody knows and that holds its name. So a new service carries the URN of its resource as a label
until it has converged: the next `pulumi up` finds its own half-made service again, and never takes another's.
"""

from collections.abc import Mapping
from typing import Any, Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.service_change import applied
from toolchain.provider.service_spec import api_arguments

MARK: Final = "pulumi.creating"
"""Label of a service that has not converged yet; its value is the resource's URN."""
_CONFLICT: Final = 409


def marked(spec: Mapping[str, Any], urn: str) -> dict[str, Any]:
    """The specification with the label."""
    return {**spec, "Labels": {**spec.get("Labels", {}), MARK: urn}}


def born(call: Call, spec: Mapping[str, Any]) -> str:
    """Make a service, or take up the half-made one of the same resource.

    Returns:
        Its identity.
    """
    birth = marked(spec, call.urn)
    try:
        return str(call.api.create_service(**api_arguments(birth))["ID"])
    except docker_sdk.APIError as error:
        orphan = _orphan(call, str(spec["Name"])) if error.status_code == _CONFLICT else None
        if orphan is None:
            raise
    call.info(f"Service {spec['Name']} was left half-made by an interrupted run; going on with it.")
    applied(call, orphan, lambda _: birth)
    return orphan


def grown(call: Call, identity: str, spec: dict[str, Any]) -> None:
    """Take the label off; tasks do not notice."""
    applied(call, identity, lambda _: spec)


def _orphan(call: Call, name: str) -> str | None:
    for service in call.api.services(filters={"name": name}):
        labels = service["Spec"].get("Labels") or {}
        if service["Spec"]["Name"] == name and labels.get(MARK) == call.urn:
            return str(service["ID"])
    return None
