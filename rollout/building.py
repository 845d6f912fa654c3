"""Images before the roll-out: built from this checkout, or found under the name that a person gave."""

from collections.abc import Sequence
from typing import Any

from infra.parties import MIGRATIONS, Party
from operation import deployment
from operation.containers import client
from operation.failure import refusal
from operation.progress import Progress
from operation.stack import Stack
from rollout import aim


def built(stack: Stack, parties: Sequence[Party], progress: Progress) -> dict[str, str]:
    """Role to image, built by Pulumi from this checkout where it has changed; the migrations' too.

    An image has the identity that a deployment gives it: built twice from the same files, it may have two.

    Raises:
        Failure: with the builder's words.
    """
    names = {f"image-{party.role}": party.role for party in (*parties, MIGRATIONS)}
    deployment.up(stack, progress, aim.images(stack, parties))
    return {
        names[name]: str(outputs["repoDigest"])
        for name, outputs in aim.outputs(stack).items()
        if name in names and outputs.get("repoDigest")
    }


def found(name: str) -> str:
    """The id of an image that is on this host, or that its registry has.

    Raises:
        Failure: when there is none of that name.
    """
    from docker.errors import DockerException  # noqa: PLC0415

    engine = client()
    try:
        return _digest(engine.images.get(name))
    except DockerException:
        pass
    try:
        repository, _, tag = name.partition(":")
        return _digest(engine.images.pull(repository, tag=tag or "latest"))
    except DockerException as error:
        raise refusal(
            f"there is no image {name!r} on this host, and it cannot be pulled: {error}.",
            remedy="`docker images` shows what is there.",
        ) from error


def _digest(image: Any) -> str:
    """By which every node can have it, when it came from a registry; else by its id on this host."""
    digests = image.attrs.get("RepoDigests") or []
    return str(digests[0] if digests else image.id)
