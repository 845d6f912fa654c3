"""Running containers, found by label and never by a remembered name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from operation import exec_stream
from operation.failure import Failure
from operation.patience import wait_for
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

__all__ = ["Output", "client", "container", "containers", "execute", "required", "wait_for"]


@dataclass(frozen=True)
class Output:
    """What a command in a container gave: exit status, standard output and error."""

    status: int
    stdout: str
    stderr: str


def client(timeout: float = 120) -> Any:  # the Docker SDK has no types
    """A client of the Docker Engine that the environment names.

    Raises:
        Failure: when no daemon answers.
    """
    import docker  # noqa: PLC0415  # 0.2 s that `invoke --list` does not pay
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        connection = docker.from_env(timeout=timeout)
        connection.ping()
    except DockerException as error:
        raise Failure(
            "Docker Engine does not answer.",
            "nothing of the platform can be seen or changed from here.",
            "`./ops up` starts it; or check DOCKER_HOST and membership in the docker group.",
        ) from error
    return connection


def container(stack: Stack, role: str, engine: Any = None) -> Any:
    """The one running container of that role, the newest when a successor is starting.

    Raises:
        Failure: when none runs.
    """
    found = containers(stack, role, engine)
    if not found:
        raise Failure(
            f"no container with the role {role!r} runs in stack {stack.name}.",
            "what was asked cannot be done without it.",
            "`invoke status` says what is wrong; `invoke up` repairs it.",
        )
    return found[0]


def containers(stack: Stack, role: str, engine: Any = None) -> list[Any]:
    """Running containers of that role, the newest first."""
    engine = engine or client()
    labels = [f"{LABEL_STACK}={stack.name}", f"{LABEL_ROLE}={role}"]
    found = engine.containers.list(filters={"label": labels, "status": "running"}, ignore_removed=True)
    return sorted(found, key=lambda each: each.attrs["Created"], reverse=True)


def execute(
    target: Any, argv: Sequence[str], user: str = "", environment: dict[str, str] | None = None
) -> Output:
    """Runs a command in a container and waits for its end."""
    said: dict[int, bytes] = {exec_stream.OUTPUT: b"", exec_stream.ERROR: b""}
    run = exec_stream.begin(target.client, target.id, argv, user, environment)
    for kind, piece in run:
        said[kind] += piece
    stdout, stderr = (content.decode(errors="replace") for content in said.values())
    return Output(run.status(), stdout, stderr)


def required(output: Output, what: str, remedy: str = "") -> str:
    """Standard output of a command that had to succeed.

    Raises:
        Failure: when it did not; the last lines of its own words are in it.
    """
    if output.status == 0:
        return output.stdout
    words = (output.stderr.strip() or output.stdout.strip()).splitlines()[-8:]
    raise Failure(f"{what} failed (exit status {output.status}):\n    " + "\n    ".join(words), remedy=remedy)
