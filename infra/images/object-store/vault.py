"""The vault's tool: `look [SINCE]`, `renew DAYS [SINCE]`, `bring-back AS_OF`; JSON on standard output.

Words on its progress go to standard error. Exit status 2 is input that was refused, 1 anything else.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import locks
import past
from changes import Watch
from history import Entry, History
from objects import Objects
from surroundings import Surroundings
from tool import Refused, ended, instant

QUARTER = 4
"""A lock with less than this part of its days left is ending."""

MOST_DAYS = 3650
"""A lock cannot be taken back; ten years are what the stack's file allows, too."""


def main(argv: list[str]) -> int:
    """Does one of the three and prints what it found."""
    chosen = arguments(argv)
    return ended(lambda around: chosen.do(chosen, around, Objects(around), datetime.now(UTC)))


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line; argparse itself ends with status 2."""
    parser = argparse.ArgumentParser(prog="vault")
    commands = parser.add_subparsers(required=True)
    looked = commands.add_parser("look")
    looked.add_argument("since", nargs="?", default="")
    looked.set_defaults(do=look)
    renewed = commands.add_parser("renew")
    renewed.add_argument("days", type=int)
    renewed.add_argument("since", nargs="?", default="")
    renewed.add_argument("--dry-run", action="store_true")
    renewed.set_defaults(do=renew)
    brought = commands.add_parser("bring-back")
    brought.add_argument("as_of")
    brought.add_argument("--dry-run", action="store_true")
    brought.set_defaults(do=bring_back)
    return parser.parse_args(argv)


def look(chosen: argparse.Namespace, around: Surroundings, objects: Objects, now: datetime) -> dict[str, Any]:
    """Locks of the current versions, and what changed since a moment, or within the last day."""
    watch = _watch(chosen, now)
    found = locks.look(objects, current(watched(objects, watch)), _locks(around, now), say)
    return {"at": now.isoformat(), **found.said(), **watch.said()}


def renew(
    chosen: argparse.Namespace, around: Surroundings, objects: Objects, now: datetime
) -> dict[str, Any]:
    """Longer locks for the current versions, and the same look."""
    if not 1 <= chosen.days <= MOST_DAYS:
        raise Refused(f"{chosen.days} days: a lock has from 1 to {MOST_DAYS}")
    watch = _watch(chosen, now)
    order = locks.Order(chosen.days, chosen.dry_run)
    found = locks.renew(objects, current(watched(objects, watch)), order, _locks(around, now), say)
    return {"at": now.isoformat(), "renewed": found.renewed, **found.said(), **watch.said()}


def bring_back(
    chosen: argparse.Namespace, around: Surroundings, objects: Objects, now: datetime
) -> dict[str, Any]:
    """Every key as it was; first a look that changes nothing, so that a wrong moment is refused."""
    as_of = moment(chosen.as_of, now)
    foretold = past.BroughtBack()
    for each in objects.histories():
        foretold.see(past.step(each, as_of))
    if not any(foretold.counts[kind] for kind in (past.AS_IT_WAS, past.UNCOVER, past.REWRITE)):
        raise Refused(f"no key of the repository was there at {as_of.isoformat()}")
    said = {"at": now.isoformat(), "as_of": as_of.isoformat(), "dry_run": chosen.dry_run}
    if chosen.dry_run:
        return {**said, **foretold.said()}
    steps = (past.step(each, as_of) for each in objects.histories())
    return {**said, **past.bring_back(objects, steps, around.lock_days, now, say).said()}


def moment(text: str, now: datetime) -> datetime:
    """A time that has passed, with its offset.

    Raises:
        Refused: for anything else.
    """
    found = instant(text)
    if past.future(found, now):
        raise Refused(f"{text} is yet to come")
    return found


def current(histories: Iterator[History]) -> Iterator[Entry]:
    """The versions that readers get."""
    return (each.current for each in histories if each.current)


def watched(objects: Objects, watch: Watch) -> Iterator[History]:
    """All histories, each of them seen by the watch."""
    for each in objects.histories():
        watch.see(each)
        yield each


def say(words: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _watch(chosen: argparse.Namespace, now: datetime) -> Watch:
    return Watch(moment(chosen.since, now) if chosen.since else now - timedelta(days=1))


def _locks(around: Surroundings, now: datetime) -> locks.Locks:
    return locks.Locks(now, timedelta(days=around.lock_days) / QUARTER)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
