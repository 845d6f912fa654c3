"""The Docker Engine that the provider talks to."""

import os
import threading
from typing import TYPE_CHECKING, Any

from toolchain.provider import docker_sdk
from toolchain.provider.failure import ProviderFailure

if TYPE_CHECKING:
    import docker
    from docker.errors import DockerException

_SECONDS = 120
"""How long one API request may take."""
_CONFLICT = 409
_TAKEN = ("exist", "already in use by container")


class DockerHost:
    """The engine, reached at first use: checks and previews work without it.

    Each thread has a client of its own, since a client's connections are not safe to share; all speak the
    version that the first one negotiated.

    Args:
        address: `unix://…` or `tcp://…`; empty means DOCKER_HOST, as the docker command has it.
    """

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._clients = threading.local()
        self._version: str | None = None
        self._lock = threading.Lock()

    @property
    def api(self) -> "docker.APIClient":
        """This thread's API.

        Raises:
            ProviderFailure: the daemon does not answer.
        """
        client = getattr(self._clients, "api", None)
        if client is None:
            client = self._clients.api = self._connect()
        return client

    def _connect(self) -> "docker.APIClient":
        try:
            with self._lock:
                if self._version is not None:
                    return docker_sdk.APIClient(**self._arguments(), version=self._version)
                first = docker_sdk.APIClient(**self._arguments())
                self._version = first.api_version
                return first
        except docker_sdk.DockerException as error:
            raise ProviderFailure(unreachable(error)) from error

    def _arguments(self) -> dict[str, Any]:
        environment = {**os.environ, **({"DOCKER_HOST": self._address} if self._address else {})}
        return {**docker_sdk.kwargs_from_env(environment=environment), "timeout": _SECONDS}


def unreachable(error: Exception) -> str:
    """What to do when the daemon does not answer."""
    return (
        f"The Docker daemon does not answer ({error}). Nothing was changed by this step: "
        "start the daemon (./ops doctor says how), then run the command again."
    )


def explained(error: "DockerException") -> str:
    """An error of Docker in words for a person."""
    if isinstance(error, docker_sdk.NotFound):
        return (
            f"Docker does not know it: {error.explanation}. It was removed behind Pulumi's back: "
            "run `pulumi refresh`, then `pulumi up`."
        )
    if isinstance(error, docker_sdk.APIError):
        taken = error.status_code == _CONFLICT and any(each in str(error.explanation) for each in _TAKEN)
        hint = ". Another owner has this name: remove it, import it or give another name" if taken else ""
        return f"Docker refused: {error.explanation or error}{hint}"
    return unreachable(error)
