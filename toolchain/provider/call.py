"""What an operation on a resource has at hand."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.provider.failure import Cancelled
from toolchain.provider.property_value import Properties

if TYPE_CHECKING:
    import docker

POLL = 0.3
"""Seconds between two looks at something that is awaited."""


def _at_once(work: Callable[[], None]) -> None:
    """For calls without an engine."""
    work()


@dataclass(frozen=True)
class Call:
    """One operation.

    Attributes:
        api: the Docker Engine's API.
        info: says something to the person, under the resource.
        progress: the same, shown only while the operation goes on.
        stop: set when the engine cancels.
        urn: the resource's identity in the program; no two stacks share one.
        known: the resource's state as the engine keeps it; empty when it has none.
        at_end: does something once the engine has certainly kept what this operation answers.
    """

    api: "docker.APIClient"
    info: Callable[[str], None]
    progress: Callable[[str], None]
    stop: threading.Event
    urn: str
    known: Properties
    at_end: Callable[[Callable[[], None]], None] = _at_once

    def wait(self, condition: Callable[[], bool], seconds: float, poll: float = POLL) -> bool:
        """Look until the condition holds.

        Args:
            condition: looked at once at least.
            seconds: how long at most.
            poll: seconds between two looks.

        Returns:
            Whether it held in time.

        Raises:
            Cancelled: the engine cancelled.
        """
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() >= end:
                return False
            if self.stop.wait(poll):
                raise Cancelled(
                    "Cancelled while waiting; what was begun goes on in Docker. Run `pulumi up` again."
                )
        return True
