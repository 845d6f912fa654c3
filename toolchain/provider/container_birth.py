"""A container between its creation and the moment when it is what the program asks for.

The engine learns the identity of a new container only at the end. A provider that dies before leaves a
container that nobody knows and that holds its name. Docker cannot change the labels of a container, so a mark
in it could never go away again. So the mark is outside, and goes when the container is whole:

1. The container is made under a name that only this resource gives: a digest of its URN. Nothing runs yet.
2. A volume of that name, the note, keeps the container's identity and who makes it.
3. The container gets its own name, its networks and files, and starts.
4. The note goes when the engine ends in order, or shows that its state has this container.

So what lies under that name or in that note is half-made by this resource, or unknown to an engine that was
killed before it wrote its state; it is removed before a new one comes. Whatever else has the container's name
is another's, and Docker refuses the second one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from toolchain.provider import docker_sdk, maker
from toolchain.provider.call import Call
from toolchain.provider.failure import ProviderFailure

URN: Final = "pulumi.creating"
CONTAINER: Final = "pulumi.container"
MAKER: Final = "pulumi.maker"
_MAKER_SECONDS: Final = 20.0
"""How long a provider whose engine was killed may take to clean up by itself."""
_DIGITS: Final = 32
_CONFLICT: Final = 409


def passing_name(urn: str) -> str:
    """The name of a container that is not whole yet, and of its note."""
    return f"pulumi-creating-{hashlib.sha256(urn.encode()).hexdigest()[:_DIGITS]}"


@contextmanager
def born(call: Call, body: dict[str, Any], name: str, platform: object) -> Iterator[str]:
    """A container that is made; at the end of the block it is whole.

    Args:
        call: the operation.
        body: of Docker's request.
        name: of the container.
        platform: of its image; None for the engine's own.

    Yields:
        Its identity. An error in the block takes it away again.

    Raises:
        ProviderFailure: another provider makes this very container now.
    """
    passing = passing_name(call.urn)
    _clear(call, passing, name)
    identity = str(call.api.create_container_from_config(body, passing, platform)["Id"])
    try:
        _write(call, passing, identity)
        call.api.rename(identity, name)
        yield identity
    except Exception:
        _take_back(call, passing, identity, name)
        raise
    call.at_end(lambda: recorded(call, identity))


def recorded(call: Call, identity: str) -> None:
    """The engine's state has this container: its note, if there still is one, goes."""
    passing = passing_name(call.urn)
    note = _note(call, passing)
    if note is not None and note[CONTAINER] == identity:
        _forget(call, passing)


def _clear(call: Call, passing: str, name: str) -> None:
    """Remove what an interrupted run of this resource has left."""
    note = _note(call, passing)
    if note is not None and not call.wait(lambda: not maker.lives(note.get(MAKER, "")), _MAKER_SECONDS):
        raise ProviderFailure(
            f"Container {name} is being made by another run of this program right now. Nothing was changed: "
            "wait for its end, then run `pulumi up` again."
        )
    left = [passing] if note is None else [passing, note[CONTAINER]]
    removed = [each for each in left if _remove(call, each)]
    if removed:
        call.info(f"Container {name} was left half-made by an interrupted run; it is made anew.")
    _forget(call, passing)


def _write(call: Call, passing: str, identity: str) -> None:
    labels = {URN: call.urn, CONTAINER: identity, MAKER: maker.this()}
    made = call.api.create_volume(passing, labels=labels)
    if made.get("Labels") != labels:  # Docker gives the one that is there, whatever was asked for
        raise ProviderFailure(f"Volume {passing} was made by another run at the same moment: run it again.")


def _note(call: Call, passing: str) -> dict[str, str] | None:
    """The labels of the note; None when there is none, or it is not of this resource."""
    try:
        labels: dict[str, str] = call.api.inspect_volume(passing).get("Labels") or {}
    except docker_sdk.NotFound:
        return None
    return labels if labels.get(URN) == call.urn else None


def _forget(call: Call, passing: str) -> None:
    try:
        call.api.remove_volume(passing)
    except docker_sdk.NotFound:
        return


def _remove(call: Call, identity: str) -> bool:
    """Whether there was one."""
    try:
        call.api.remove_container(identity, v=True, force=True)
    except docker_sdk.NotFound:
        return False
    except docker_sdk.APIError as error:
        if error.status_code != _CONFLICT:  # «removal already in progress» is what is wanted
            raise
    return True


def _take_back(call: Call, passing: str, identity: str, name: str) -> None:
    """Remove what is not whole; a failure here must not hide why, and the note stays for the next run."""
    try:
        _remove(call, identity)
        _forget(call, passing)
    except Exception as error:  # noqa: BLE001  # the reason is raised by the caller
        call.info(f"Container {name} could not be removed ({error}); the next `pulumi up` does it.")
