"""The Docker Engine that the provider talks to."""

import threading

import docker
from docker.errors import APIError, DockerException, NotFound

from toolchain.provider.failure import ProviderFailure

_SECONDS = 120
"""How long one API request may take."""


class DockerHost:
    """The engine, reached at first use: checks and previews work without it.

    Args:
        address: `unix://…` or `tcp://…`; empty means DOCKER_HOST, as the docker command has it.
    """

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._api: docker.APIClient | None = None
        self._lock = threading.Lock()

    @property
    def api(self) -> docker.APIClient:
        """The API.

        Raises:
            ProviderFailure: the daemon does not answer.
        """
        with self._lock:
            if self._api is None:
                self._api = self._connect()
            return self._api

    def _connect(self) -> docker.APIClient:
        try:
            if self._address:
                return docker.APIClient(base_url=self._address, timeout=_SECONDS)
            return docker.from_env(timeout=_SECONDS).api
        except DockerException as error:
            raise ProviderFailure(unreachable(error)) from error


def unreachable(error: Exception) -> str:
    """What to do when the daemon does not answer."""
    return (
        f"The Docker daemon does not answer ({error}). Nothing was changed by this step: "
        "start the daemon (./ops doctor says how), then run the command again."
    )


def explained(error: DockerException) -> str:
    """An error of Docker in words for a person."""
    if isinstance(error, NotFound):
        return (
            f"Docker does not know it: {error.explanation}. It was removed behind Pulumi's back: "
            "run `pulumi refresh`, then `pulumi up`."
        )
    if isinstance(error, APIError):
        return f"Docker refused: {error.explanation or error}"
    return unreachable(error)
