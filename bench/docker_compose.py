"""Docker Compose v2, which hosts of Debian 12 and older do not have: from Debian 13, in a container."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operation.containers import client
from operation.failure import Failure
from operation.stack import ROOT

SOCKET = "/var/run/docker.sock"
RECIPE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends docker-compose \\
 && apt-get clean && rm -rf /var/lib/apt/lists/*
"""


class Compose:
    """One file's services, on this host's own engine.

    Args:
        image: has `docker-compose`.
        files: the file, and others that change it; in the checkout, which is mounted where it is.
    """

    def __init__(self, image: str, files: tuple[Path, ...]) -> None:
        self._image, self._files = image, files

    def run(self, *words: str) -> str:
        """What a command says.

        Raises:
            Failure: when it fails, in its own words.
        """
        from docker.errors import ContainerError  # noqa: PLC0415

        argv = ["docker-compose", *(word for file in self._files for word in ("-f", str(file))), *words]
        try:
            said = client(timeout=900).containers.run(
                self._image,
                argv,
                environment={"DOCKER_BUILDKIT": "0"},
                network_mode="host",
                remove=True,
                stderr=True,
                volumes=[f"{SOCKET}:{SOCKET}", f"{ROOT}:{ROOT}:ro"],
            )
        except ContainerError as error:
            words_of_it = error.stderr.decode(errors="replace").strip()[-2000:]
            raise Failure(f"docker-compose {words[0]} failed:\n{words_of_it}") from error
        return str(said.decode(errors="replace"))


@contextmanager
def image() -> Iterator[str]:
    """An image with the program, for a block."""
    engine, name = client(timeout=600), f"bench-{secrets.token_hex(3)}-compose"
    engine.images.build(fileobj=io.BytesIO(RECIPE.encode()), tag=name, rm=True)
    try:
        yield name
    finally:
        engine.images.remove(name, force=True, noprune=True)
