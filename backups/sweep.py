"""What a killed proof, rescue or pre-flight left: its container, and a volume with a copy of the database."""

from typing import Any

from backups.scratch import ROLE, remove_scratches, remove_volume
from operation.containers import client
from operation.progress import Progress
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

THROWAWAY = ("scratch-", "preflight")
"""How the names of such volumes begin; a restore's own has the number of a generation."""


def sweep(stack: Stack, progress: Progress) -> None:
    """Removes what is left over; only for who holds the stack's lock, since nobody uses it then.

    Raises:
        Failure: when Docker does not let go of it.
    """
    engine = client()
    label = f"{LABEL_STACK}={stack.name}"
    services = engine.services.list(filters={"label": [label, f"{LABEL_ROLE}={ROLE}"]})
    volumes = _throwaways(stack, engine.volumes.list(filters={"label": label}))
    if services or volumes:
        progress.say("a command that was killed left a scratch behind")
        with progress.step("remove it"):
            remove_scratches(stack, engine)
            for name in volumes:
                remove_volume(name, engine)


def _throwaways(stack: Stack, volumes: list[Any]) -> list[str]:
    begins = tuple(stack.object_name(each) for each in THROWAWAY)
    return sorted(each.name for each in volumes if each.name.startswith(begins))
