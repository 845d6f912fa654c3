"""Generations: the number of each data volume, and what the stack's file says of them."""

from typing import Any

from backups.scratch import volume_exists
from operation.failure import Failure
from operation.stack import Stack


def unused_generation(stack: Stack) -> int:
    """A number that no volume has and none ever had.

    A stack's file that went back to an old copy does not remember; the volumes do.
    """
    generation = stack.settings.database.next_generation
    while volume_exists(stack.volume(generation)):
        generation += 1
    return generation


def check_agreement(stack: Stack, old: str) -> None:
    """Refuses when the stack's file and the service name different volumes.

    Raises:
        Failure: because then nobody knows which data counts.
    """
    declared = stack.volume(stack.settings.database.generation)
    if old and old != declared:
        raise Failure(
            f"{stack.file.name} says that {declared} serves, and the service runs on {old}.",
            "nothing was changed.",
            f"set bem:database.generation in {stack.file.name} to the number of the volume that is right.",
        )


def values(stack: Stack, generation: int, *, keep_present: bool) -> dict[str, Any]:
    """What the stack's file says once that generation serves."""
    database = stack.settings.database
    kept = [each for each in database.kept if each not in {generation, database.generation}]
    return {
        "database.generation": generation,
        "database.kept": [*kept, database.generation] if keep_present else kept,
        "database.last_generation": max(database.last_generation, generation, *database.declared),
    }
