"""Asking the cache of a stack, in its own container and over its Unix socket: no secret is in a command."""

import json
from dataclasses import dataclass
from typing import Any

from operation.containers import container, execute, required
from operation.failure import refusal
from operation.stack import Stack

STREAM, DEAD, GROUP, FATE = "pulses", "pulses:dead", "workers", "pulses:dead:key:"
"""As the workers have them (services/pulse/inbox.py); a test compares both."""


@dataclass(frozen=True)
class Desk:
    """A running cache."""

    target: Any  # the Docker SDK has no types

    def ask(self, *words: str) -> Any:
        """The answer to one command.

        Raises:
            Failure: when Redis refuses it, or does not answer.
        """
        output = execute(self.target, ["ask", *words])
        return json.loads(required(output, "asking the cache", "`invoke logs cache` tells more."))


def desk_of(stack: Stack) -> Desk:
    """The cache of a stack that has workers.

    Raises:
        Failure: when the stack's file switches them off, or no cache runs.
    """
    if not stack.settings.pulse.enabled:
        raise refusal(
            f"stack {stack.name} has no pulse workers.",
            remedy="set bem:pulse.enabled to true in its file, then `invoke up`.",
        )
    return Desk(container(stack, "cache"))
