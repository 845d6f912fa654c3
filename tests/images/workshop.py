"""Containers of one test run: hardened as the platform runs them, on a network of their own."""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
from docker.errors import NotFound

MEMORY = {"/tmp": "mode=1777", "/run": "mode=1777"}  # noqa: S108  # in the container
FILES = 20_000
"""Open files that a Swarm task may have."""

Container = Any  # the Docker SDK has no types


class Workshop:
    """Builds images and runs containers from them."""

    def __init__(self, folder: Path) -> None:
        self.engine = docker.from_env(timeout=300)
        self.folder = folder
        self.name = f"svc-{secrets.token_hex(4)}"
        self.network = self.engine.networks.create(self.name, driver="bridge")
        self._containers: list[Container] = []
        self._volumes: list[Any] = []
        self._images: list[str] = []

    def build(self, role: str, context: Path, dockerfile: Path, args: Mapping[str, str] | None = None) -> str:
        """Builds an image under a name of this run; its layers are the builder's cache for other runs."""
        tag = f"bem-test-{role}:{self.name}"
        image, _ = self.engine.images.build(
            path=str(context),
            dockerfile=str(dockerfile),
            tag=tag,
            rm=True,
            forcerm=True,
            buildargs=dict(args or {}),
        )
        self._images.append(tag)
        return str(image.id)

    def volume(self) -> str:
        """A new volume."""
        volume = self.engine.volumes.create(f"{self.name}-{len(self._volumes)}")
        self._volumes.append(volume)
        return str(volume.name)

    def run(
        self,
        image: str,
        alias: str,
        mounts: Mapping[str, str],
        environment: Mapping[str, str] | None = None,
        ports: tuple[int, ...] = (),
        **options: object,
    ) -> Container:
        """Starts a container.

        Args:
            image: its id.
            alias: its name for the others in the network.
            mounts: host path or volume to `path:mode` in the container.
            environment: variables.
            ports: published on 127.0.0.1, under numbers that Docker chooses.
            options: of `containers.create`.
        """
        settings: dict[str, object] = {"read_only": True, "tmpfs": MEMORY, **options}
        container = self.engine.containers.create(
            image,
            name=f"{self.name}-{len(self._containers)}",
            volumes=[f"{source}:{target}" for source, target in mounts.items()],
            environment=dict(environment or {}),
            ports={f"{port}/tcp": ("127.0.0.1", None) for port in ports},
            cap_drop=["ALL"],
            ulimits=[docker.types.Ulimit(name="nofile", soft=FILES, hard=FILES)],
            **settings,
        )
        self._containers.append(container)
        self.network.connect(container, aliases=[alias])
        container.start()
        container.reload()
        return container

    def close(self) -> None:
        """Removes everything but the layers of images, which the next run does not have to fetch again."""
        for container in self._containers:
            with suppress(NotFound):
                container.remove(force=True, v=True)
        for volume in self._volumes:
            volume.remove(force=True)
        self.network.remove()
        for tag in self._images:
            self.engine.images.remove(tag, noprune=True)
        self.engine.close()


def port(container: Container, number: int) -> int:
    """Where a port of the container is published now; a restart moves it."""
    container.reload()
    return int(container.ports[f"{number}/tcp"][0]["HostPort"])


def healthy(container: Container) -> tuple[bool, str]:
    """What the container's own health check says."""
    status, output = container.exec_run("/usr/local/bin/healthy")
    return status == 0, output.decode().strip()


BUSY = 3
"""A host that runs other tests, too, takes so many times as long; who measures looks at the seconds given."""


def until(check: Callable[[], bool], seconds: float) -> float:
    """Waits for something to be so, `BUSY` times as long as it should take, and gives the seconds it took.

    Raises:
        AssertionError: when it is not so in time.
    """
    started = time.monotonic()
    while not check():
        assert time.monotonic() - started < BUSY * seconds, f"not so after {BUSY * seconds:g} s"
        time.sleep(0.05)
    return time.monotonic() - started


def logs(container: Container) -> str:
    """Everything that the container said."""
    return str(container.logs().decode(errors="replace"))
