"""The cache's volume, whether its server runs or not: what a restore lays out there, and what it kept."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from backups.points.point import CACHE, Part
from backups.scratch import ROLE
from operation.containers import client, execute, required
from operation.exec_feed import feed
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

DATA = "/data"
PROGRAM = "content"
SECONDS = 3600
"""A container that a killed process leaves ends by itself, should nobody clear it away before."""


def kept_name(generation: int) -> str:
    """What the cache that served beside a generation of the database is kept as."""
    return f"g{generation}"


@contextmanager
def volume(stack: Stack) -> Iterator[Any]:
    """A container of the cache's own image on its volume, with no network and no secret.

    It is a scratch by its label, so whatever clears scratches away clears it as well.

    Raises:
        Failure: when the stack has no cache service, or Docker does not start it.
    """
    engine = client()
    spec = _spec(stack, engine)
    name = next(each["Source"] for each in spec["Mounts"] if each["Target"] == DATA)
    found = engine.containers.run(
        spec["Image"],
        command=["sleep", str(SECONDS)],
        entrypoint=["/usr/bin/tini", "--"],
        labels={LABEL_STACK: stack.name, LABEL_ROLE: ROLE},
        volumes={name: {"bind": DATA, "mode": "rw"}},
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        detach=True,
    )
    try:
        yield found
    finally:
        found.remove(force=True)


def capable(target: Any) -> bool:
    """Whether the image is of this release: an older one keeps nothing."""
    return execute(target, ["test", "-x", f"/usr/local/bin/{PROGRAM}"]).status == 0


def stage(target: Any, name: str, part: Part, pieces: Iterable[bytes]) -> None:
    """Lays a snapshot out so that it can be served; what serves is not touched.

    Raises:
        Failure: when it is not what was taken, there is no room, or the image is older than this program.
    """
    if not capable(target):
        raise Failure(
            "the cache that runs is older than this program and cannot be brought back.",
            "nothing was changed.",
            "`invoke up` brings it up to date; or `--only database` leaves it alone.",
        )
    output = feed(target, [PROGRAM, "stage", name, str(part.bytes), part.sha256], pieces)
    required(output, "laying out the cache's snapshot")


def say(target: Any, *words: str) -> str:
    """One of the other commands of `content`.

    Raises:
        Failure: when it fails.
    """
    return required(execute(target, [PROGRAM, *words]), f"the cache's `content {' '.join(words)}`")


def kept(target: Any) -> Sequence[str]:
    """Names of what is kept beside what serves."""
    return say(target, "list").split()


def _spec(stack: Stack, engine: Any) -> dict[str, Any]:
    from docker.errors import NotFound  # noqa: PLC0415

    try:
        spec = engine.api.inspect_service(stack.object_name(CACHE))["Spec"]
    except NotFound:
        raise Failure(
            f"stack {stack.name} has no cache service.", remedy="`invoke up`; or `--only database`."
        ) from None
    found: dict[str, Any] = spec["TaskTemplate"]["ContainerSpec"]
    return found
