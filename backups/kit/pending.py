"""A recovery that has begun and not ended: which kit, since when, and whether the database is back yet."""

import json
from dataclasses import dataclass
from datetime import datetime

from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack

FILE = "recovery.json"


@dataclass(frozen=True)
class Recovery:
    """What is under way.

    Attributes:
        kit: digest of the kit.
        since: when it was begun (UTC).
        placed: whether all that the kit holds lies where it belongs.
        generation: the empty volume that the stack's file names until the restore has moved it on.
    """

    kit: str
    since: datetime
    placed: bool = False
    generation: int = 1


def read(stack: Stack) -> Recovery | None:
    """The recovery under way, if there is one.

    Raises:
        Failure: when its note is damaged.
    """
    path = stack.folder / FILE
    try:
        content = json.loads(path.read_text())
        return Recovery(**{**content, "since": datetime.fromisoformat(content["since"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(
            f"{path} cannot be understood ({error}).",
            "nobody knows how far the recovery has come.",
            f"`invoke down --destroy-data={stack.name} --stack {stack.name}`, then `./ops recover` anew.",
        ) from error


def write(stack: Stack, recovery: Recovery) -> Recovery:
    """Makes the note durable before the step that it speaks of."""
    content = {**recovery.__dict__, "since": recovery.since.isoformat()}
    write_private(stack.make_folder() / FILE, json.dumps(content).encode())
    return recovery


def clear(stack: Stack) -> None:
    """The recovery has ended."""
    (stack.folder / FILE).unlink(missing_ok=True)


def awaits(stack: Stack) -> bool:
    """Whether the database is still to come from the backups.

    The restore writes the number of the volume that serves into the stack's file in one step, so a kill
    leaves either answer true.
    """
    found = read(stack)
    return found is not None and stack.settings.database.generation == found.generation
