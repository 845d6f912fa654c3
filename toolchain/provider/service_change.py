"""A service's specification is changed against a version that Swarm itself moves on."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.service_spec import api_arguments

Service = Mapping[str, Any]
"""A service as Docker's API gives it."""
_TRIES: Final = 20
_OVERTAKEN: Final = "out of sequence"


def applied(
    call: Call, identity: str, wanted: Callable[[Service], dict[str, Any]]
) -> tuple[Service, Service, dict[str, Any]]:
    """Give a service a new specification.

    While an update goes on Swarm writes its state into the service, which moves the version: then look again.

    Args:
        call: the operation.
        identity: the service.
        wanted: makes the specification out of the one that is in force.

    Returns:
        The service before, the service after, and the specification that was sent.
    """
    for left in reversed(range(_TRIES)):
        before = call.api.inspect_service(identity)
        spec = wanted(before["Spec"])
        try:
            call.api.update_service(identity, version=before["Version"]["Index"], **api_arguments(spec))
        except docker_sdk.APIError as error:
            if not left or _OVERTAKEN not in str(error.explanation):
                raise
            continue
        return before, call.api.inspect_service(identity), spec
    raise AssertionError(identity)
