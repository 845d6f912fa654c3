"""A reload: a new HAProxy worker takes over from the one before, and is seen to serve what it was given."""

from typing import Any

from infra.parties import LOAD_BALANCER
from operation.containers import Output, client, containers, execute, wait_for
from operation.failure import Failure
from operation.stack import Stack

NOT_YET = 2
"""Exit status of the image's `reload` when no master answers."""
STARTS = 15.0
"""Seconds that a container which has just begun has until its master answers."""
SERVES = 15.0
"""Seconds within which the new worker serves; it takes less than one."""


def reload(stack: Stack, volume: str, image: str, generation: str) -> None:
    """Makes every load balancer that runs from that volume serve the file that is in it.

    None is left out but those of another image: Swarm replaces them, and their successors read the file.

    Args:
        stack: whose.
        volume: with the configuration.
        image: the load balancer's, as the stack has it now.
        generation: digest in the file's `description`.

    Raises:
        Failure: when HAProxy does not take the file, or does not serve with it.
    """
    engine = client()
    wanted = engine.images.get(image).id
    for each in containers(stack, LOAD_BALANCER.role, engine):
        if each.image.id == wanted and _has(each, volume):
            _take(each, generation)


def _has(container: Any, volume: str) -> bool:
    return any(mount.get("Name") == volume for mount in container.attrs["Mounts"])


def _take(container: Any, generation: str) -> None:
    from docker.errors import APIError  # noqa: PLC0415  # 0.2 s that `invoke --list` does not pay

    try:
        _changed_over(container, generation)
    except APIError:
        if _runs(container):
            raise
        # It ended meanwhile; its successor reads the file.


def _runs(container: Any) -> bool:
    from docker.errors import NotFound  # noqa: PLC0415

    try:
        container.reload()
    except NotFound:
        return False
    return bool(container.status == "running")


def _changed_over(container: Any, generation: str) -> None:
    said: list[Output] = []

    def answered() -> bool:
        said.append(_asked(container, "reload"))
        return said[-1].status != NOT_YET

    wait_for(answered, STARTS, "an answer of HAProxy's master to a reload")
    if said[-1].status:
        raise Failure(f"HAProxy did not reload:\n    {_indented(said[-1].stdout)}")
    what = "the new configuration in HAProxy's worker"
    wait_for(lambda: _asked(container, "generation").stdout.strip() == generation, SERVES, what)
    wait_for(lambda: _asked(container, "healthy").status == 0, SERVES, "an answer of the new worker over TLS")


def _asked(container: Any, program: str) -> Output:
    """What a program of the image says."""
    return execute(container, [f"/usr/local/bin/{program}"])


def _indented(words: str) -> str:
    return "\n    ".join(words.strip().splitlines()[-8:])
