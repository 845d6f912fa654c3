"""Generations: the number of each data volume, and what the stack's file says of them."""

import json
from typing import Any

from backups.scratch import volume_exists
from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack

SERVED = "serving.json"


def unused_generation(stack: Stack) -> int:
    """A number that no volume has and none ever had.

    A stack's file that went back to an old copy does not remember; the volumes do.
    """
    generation = stack.settings.database.next_generation
    while volume_exists(stack.volume(generation)):
        generation += 1
    return generation


def remember(stack: Stack, volume: str) -> None:
    """Notes which volume serves: a stack that is down has no service that says so."""
    write_private(stack.make_folder() / SERVED, json.dumps({"volume": volume}).encode())


def served_last(stack: Stack) -> str:
    """The volume that served last; empty when none ever did.

    Raises:
        Failure: when the note is damaged.
    """
    path = stack.folder / SERVED
    try:
        return str(json.loads(path.read_text())["volume"])
    except FileNotFoundError:
        return ""
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(
            f"{path} cannot be understood ({error}).",
            "which volume served last is not known from it.",
            f"remove it once {stack.file.name} names the generation that is right.",
        ) from error


def check_agreement(stack: Stack, old: str) -> None:
    """Refuses when the stack's file and the service name different volumes, or the volume that served last.

    Raises:
        Failure: because then nobody knows which data counts.
    """
    declared = stack.volume(stack.settings.database.generation)
    last = "" if old else served_last(stack)
    if last and last != declared:
        raise Failure(
            f"{stack.file.name} says that {declared} serves, and {last} served last.",
            "nothing was changed; the file is an older copy, and older data would have served.",
            f"set bem:database.generation there to the number of {last}; `invoke restore.undo` goes back.",
        )
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
