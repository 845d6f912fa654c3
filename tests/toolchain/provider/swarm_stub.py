"""A Swarm that a test holds in its hands: one service, its tasks, its logs."""

import threading
from collections.abc import Mapping
from typing import Any

from docker.errors import APIError, NotFound
from requests import Response

from toolchain.provider.call import Call

TEMPLATE: dict[str, Any] = {"ContainerSpec": {"Image": "new", "Healthcheck": {"Test": ["CMD", "true"]}}}
OLD: dict[str, Any] = {"ContainerSpec": {"Image": "old"}}


def task(
    state: str = "running",
    *,
    desired: str = "running",
    spec: Mapping[str, Any] = TEMPLATE,
    error: str = "",
    code: int = 0,
    number: int = 1,
) -> dict[str, Any]:
    """A task as the API gives it; a higher number is a newer one."""
    return {
        "ID": f"task{number}",
        "Slot": number,
        "Spec": spec,
        "DesiredState": desired,
        "Status": {
            "State": state,
            "Err": error,
            "Timestamp": f"2026-01-01T00:00:{number:02}Z",
            "ContainerStatus": {"ContainerID": f"container{number}", "ExitCode": code},
        },
    }


def refusal(status: int, explanation: str) -> APIError:
    """An error of the API."""
    response = Response()
    response.status_code = status
    return APIError(explanation, response=response, explanation=explanation)


class Swarm:
    """The API's requests that services need.

    Args:
        spec: of the service; None when there is none.
        tasks: of the service.
        update: state of its update.
    """

    def __init__(self, spec: dict[str, Any] | None, tasks: list[dict[str, Any]], update: str = "") -> None:
        self.spec = spec
        self.task_list = tasks
        self.update = update
        self.refusals: list[APIError] = []
        self.sent: list[dict[str, Any]] = []
        self.said: list[str] = []
        self.lines = b"first line\nlast line\n"
        self.health: list[dict[str, Any]] = []
        self.containers_gone = False

    def call(self, urn: str = "urn:mine") -> Call:
        """An operation on it."""
        return Call(self, self.said.append, self.said.append, threading.Event(), urn, {})

    def inspect_service(self, identity: str) -> dict[str, Any]:
        """The service."""
        if self.spec is None:
            raise NotFound("gone", explanation=f"no such service {identity}")
        status = {"State": self.update, "Message": "by Swarm"} if self.update else None
        return {
            "ID": "service1",
            "Version": {"Index": len(self.sent)},
            "Spec": self.spec,
            "UpdateStatus": status,
        }

    def services(self, **_filters: object) -> list[dict[str, Any]]:
        """All services."""
        return [] if self.spec is None else [self.inspect_service("service1")]

    def tasks(self, **_filters: object) -> list[dict[str, Any]]:
        """All tasks."""
        return self.task_list

    def create_service(self, **arguments: Any) -> dict[str, str]:
        """A new service, unless its name is taken."""
        if self.spec is not None:
            raise refusal(409, "name conflicts with an existing object")
        self._take(arguments)
        return {"ID": "service1"}

    def update_service(self, _identity: str, *, version: int, **arguments: Any) -> None:
        """Another specification, unless a refusal is in store."""
        if self.refusals:
            raise self.refusals.pop()
        assert version == len(self.sent)
        self._take(arguments)

    def inspect_container(self, _identity: str) -> dict[str, Any]:
        """A container."""
        return {"State": {"Health": {"Log": self.health}}}

    def logs(self, identity: str, **_options: object) -> bytes:
        """A container's log."""
        if self.containers_gone:
            raise NotFound("gone", explanation=f"no such container {identity}")
        return self.lines

    def service_logs(self, _identity: str, **_options: object) -> bytes:
        """The service's log."""
        return b"from another host\n"

    def _take(self, arguments: dict[str, Any]) -> None:
        self.sent.append(arguments)
        self.spec = {
            "Name": arguments["name"],
            "Labels": arguments["labels"],
            "TaskTemplate": arguments["task_template"],
            "Mode": arguments["mode"],
        }
