"""A deployment of its own to measure on: another name, free ports, removed with all that it has."""

import os
import secrets
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.command import Ran, timed
from infra.ports import free
from operation import deployment
from operation.containers import container
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

LIMIT = 900.0
"""Seconds for one command, a first `up` on a busy host included."""


@dataclass(frozen=True)
class Deployment:
    """A stack, and commands in its environment."""

    name: str

    @property
    def stack(self) -> Stack:
        """As its file says now."""
        return Stack(self.name)

    @property
    def database(self) -> Any:
        """The container that serves the database."""
        return container(self.stack, "database")

    def invoke(self, *words: str) -> Ran:
        """`invoke` with these words."""
        return self.run("invoke", *words)

    def run(self, *argv: str, accepted: Collection[int] = (0,)) -> Ran:
        """Any command, with what `./ops env` gives for this stack."""
        environment = {**os.environ, **deployment.environment(self.stack), "COLUMNS": "120"}
        return timed(argv, LIMIT, environment=environment, accepted=accepted)


@contextmanager
def own(progress: Progress) -> Iterator[Deployment]:
    """Gives a deployment that does not run yet, and removes it however the block ends.

    Raises:
        Failure: when it cannot be removed; says how to.
    """
    made = Deployment(f"bench-{secrets.token_hex(3)}")
    https_port, http_port = free(2)
    try:
        made.stack.file.write_text("config: {}\n")
        ports = {"load_balancer.https_port": https_port, "load_balancer.http_port": http_port}
        configure(made.stack, ports)
        yield made
    finally:
        with _undisturbed(), progress.step(f"remove {made.name}"):
            _remove(made)


def _remove(made: Deployment) -> None:
    try:
        made.invoke("down", f"--destroy-data={made.name}")
    except Failure as failure:
        raise Failure(
            f"{made.name} is still there: {failure.what}",
            "its volumes take room, and nothing else uses them.",
            f"`invoke down --stack {made.name} --destroy-data={made.name}`, then remove its file.",
        ) from failure
    made.stack.file.unlink(missing_ok=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not leave half a deployment."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
