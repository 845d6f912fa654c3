"""The applications' objects: their bucket keeps versions, which a tool in the object store knows."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from backups.points.point import OBJECTS, Part
from operation.containers import container, execute
from operation.exec_feed import feed
from operation.failure import Failure
from operation.stack import Stack

STORE = "object-store"
PROGRAM = "models"


def has_objects(stack: Stack) -> bool:
    """Whether an application of the stack keeps objects: training does."""
    return bool(stack.settings.training.enabled)


def ask(stack: Stack, words: Sequence[str], given: object = None) -> dict[str, Any]:
    """Runs the tool and gives what it said.

    Raises:
        Failure: when the object store does not run, is of an older release, or refuses.
    """
    target = container(stack, STORE)
    if execute(target, ["test", "-x", f"/usr/local/bin/{PROGRAM}"]).status != 0:
        raise Failure(
            "the object store that runs is older than this program and keeps no versions of objects.",
            "objects were not looked at.",
            "`invoke up` brings it up to date.",
        )
    output = feed(target, [PROGRAM, *words], [json.dumps(given).encode()])
    if output.status != 0:
        raise Failure(
            f"the objects' tool failed (exit status {output.status}): {output.stderr.strip()[-300:]}",
            "objects are as they were, or in part as wanted.",
            "`invoke logs object-store`; the same command goes on from there.",
        )
    found: dict[str, Any] = json.loads(output.stdout)
    return found


def part(stack: Stack) -> Part:
    """The present objects as a part of a point: the store itself keeps their versions.

    Raises:
        Failure: as `ask`.
    """
    at = datetime.now(UTC)
    found = ask(stack, ["look"])
    return Part(OBJECTS, at, found["bytes"], facts={"objects": found["objects"]})


def bring_back(stack: Stack, as_of: str, upto: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Makes every object what it was at a moment, by new versions and delete markers alone.

    Raises:
        Failure: as `ask`; done again it goes on.
    """
    found = ask(stack, ["bring-back", as_of, upto])
    say(f"{found['rewrite']} written again, {found['delete']} deleted, {found['as_it_was']} were as wanted")
    return found


def thin(stack: Stack, moments: Sequence[datetime]) -> int:
    """Removes versions that nobody reads and no point needs; gives their number.

    Raises:
        Failure: as `ask`.
    """
    return int(ask(stack, ["thin"], [each.isoformat() for each in moments])["removed"])
