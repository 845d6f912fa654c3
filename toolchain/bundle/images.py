"""The stack's images in a bundle, and the builder's cache on the host that loads them.

A build on a host without a registry must find every step that needs one in the engine's cache. The classic
builder's cache is the chain of an image's parents, and `docker save` keeps those that it is told to save too.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from operation.containers import client
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import DEFAULT, Stack
from toolchain import base_image
from toolchain.bundle import archive

BASE = f"{base_image.REPOSITORY}:{base_image.TAG}"
STEP_SECONDS = 1800


def tag_of(role: str) -> str:
    """The name that keeps an image of the bundle, and so the builder's cache, whatever stacks come and go."""
    return f"bem-bundle/{role}:latest"


def arguments(recipe: Mapping[str, Any], role: str, *, offline: bool) -> dict[str, Any]:
    """The SDK's arguments: as a deployment builds; offline with no network, which no cached step asks for."""
    from toolchain.provider.image import build_arguments  # noqa: PLC0415

    given = build_arguments({"imageName": tag_of(role), "build": dict(recipe)})
    return {**given, "network_mode": "none"} if offline else given


def build(role: str, recipe: Mapping[str, Any], progress: Progress, **how: Any) -> str:
    """Builds one, and gives its ID.

    Args:
        role: names it.
        recipe: what the builder is told.
        progress: gets the builder's words.
        how: more arguments of the SDK.

    Raises:
        Failure: with the builder's words.
    """
    api, last = client(timeout=STEP_SECONDS).api, ""
    offline = how.pop("offline", False)
    for message in api.build(**arguments(recipe, role, offline=offline), **how):
        last = str(message.get("stream") or "").strip() or last
        progress.detail(str(message.get("stream") or message.get("status") or "").strip())
        if "error" in message:
            meaning = "the bundle was packed from another Dockerfile." if offline else ""
            remedy = "pack it anew, from this commit." if offline else "the log says more."
            raise Failure(
                f"image {role} cannot be built: {message['error']} (after: {last})", meaning, remedy
            )
    return str(api.inspect_image(tag_of(role))["Id"])


def chain(api: Any, identity: str) -> list[str]:
    """An image and its parents in this engine, the youngest first."""
    found = []
    while identity:
        found.append(identity)
        identity = str(api.inspect_image(identity).get("Parent") or "")
    return found


def recipes(stack: Stack | None = None) -> dict[str, dict[str, Any]]:
    """Role to what the builder is told, for all images; the same for every stack."""
    from infra.image_list import every_image  # noqa: PLC0415  # Pulumi's SDK: 1 s
    from infra.images import recipe  # noqa: PLC0415

    stack = stack or Stack(DEFAULT)
    return {args.role: recipe(stack, args) for args in every_image(stack)}


def pack(target: Path, progress: Progress) -> dict[str, str]:
    """Builds what is not built yet, and saves all images, their parents and the base image; role to ID."""
    api = client().api
    found: dict[str, str] = {}
    saved = [BASE]
    base = str(api.inspect_image(BASE)["Id"])
    try:
        for role, recipe in recipes().items():
            with progress.step(f"image {role}"):
                found[role] = build(role, recipe, progress)
                parents = _parents(api, role, recipe, base, progress)  # may build it once more
                found[role] = str(api.inspect_image(tag_of(role))["Id"])
                saved += [tag_of(role), *parents]
        with progress.step("save images") as say:
            _save(list(dict.fromkeys(saved)), target, say)
    finally:
        for role in found:
            api.remove_image(tag_of(role), noprune=True)
    return {**found, "base": base}


def _parents(api: Any, role: str, recipe: Mapping[str, Any], base: str, progress: Progress) -> list[str]:
    """All down to the base image; an image that came from elsewhere has none, and is built once more."""
    parents = chain(api, tag_of(role))[1:]
    if base not in parents:
        build(role, recipe, progress, nocache=True)
        parents = chain(api, tag_of(role))[1:]
    if base not in parents:
        raise Failure(
            f"this engine does not tell what image {role} was built from.",
            "a host without a registry could not build it again.",
            'switch the engine to its classic image store ("containerd-snapshotter": false).',
        )
    return parents


def _save(tags: list[str], target: Path, say: Any) -> None:
    with subprocess.Popen(
        ("docker", "save", *tags), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout  # noqa: S101  # asked for above
        assert process.stderr  # noqa: S101
        archive.compress(process.stdout, target, say)
        words = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise Failure(f"`docker save` ended with status {process.returncode}: {words}")
