"""The tool for the applications' bucket: `look`, `check`, `bring-back AS_OF UPTO`, `thin`; prints JSON.

The bucket keeps versions and has no lock. Nothing here removes a version but `thin`, and that none which a
recovery point needs. Exit status 2 is input that was refused, 1 anything else.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from history import Entry, History
from objects import Objects
from surroundings import Surroundings, Unusable
from tool import Refused, ended, instant

AS_IT_WAS, YOUNGER, REWRITE, DELETE, ABSENT = "as_it_was", "younger", "rewrite", "delete", "absent"
DAY = timedelta(days=1)
"""What is younger is thinned out by nobody: a restore may go there without a point."""


def main(argv: list[str]) -> int:
    """Does one of the four and prints what it found."""
    chosen = arguments(argv)
    return ended(lambda around: chosen.do(chosen, _objects(around)))


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line; argparse itself ends with status 2."""
    parser = argparse.ArgumentParser(prog="models")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("look").set_defaults(do=look)
    checked = commands.add_parser("check", help="reads [[key, sha256], …]")
    checked.add_argument("as_of", nargs="?", default="")
    checked.set_defaults(do=check)
    brought = commands.add_parser("bring-back")
    brought.add_argument("as_of")
    brought.add_argument("upto")
    brought.add_argument("--dry-run", action="store_true")
    brought.set_defaults(do=bring_back)
    commands.add_parser("thin", help="reads [moment, …]").set_defaults(do=thin)
    return parser.parse_args(argv)


def look(_chosen: argparse.Namespace, objects: Objects) -> dict[str, Any]:
    """How many objects readers get, and their bytes."""
    current = [each.current for each in objects.histories() if each.current]
    return {"objects": len(current), "bytes": sum(each.content[1] for each in current)}


def check(chosen: argparse.Namespace, objects: Objects) -> dict[str, Any]:
    """Which of the named objects are not there, and which are not what their row says."""
    wanted = _read()
    moment = instant(chosen.as_of) if chosen.as_of else None
    missing, differing = [], []
    for key, sha256 in wanted:
        entry = _entry(objects, key, moment)
        if entry is None:
            missing.append(key)
        elif objects.digest(entry) != sha256:
            differing.append(key)
    return {"checked": len(wanted), "missing": missing, "differing": differing}


def bring_back(chosen: argparse.Namespace, objects: Objects) -> dict[str, Any]:
    """Every object as it was at a moment; what was written after `upto` is somebody else's and stays."""
    as_of, upto = instant(chosen.as_of), instant(chosen.upto)
    if upto < as_of:
        raise Refused(f"{chosen.upto} lies before {chosen.as_of}")
    counts = dict.fromkeys((AS_IT_WAS, YOUNGER, REWRITE, DELETE, ABSENT), 0)
    for history in list(objects.histories()):
        kind, wanted = step(history, as_of, upto)
        counts[kind] += 1
        if chosen.dry_run:
            continue
        if kind == REWRITE and wanted is not None:
            objects.write_again(wanted)
        elif kind == DELETE:
            objects.delete(history.key)
    return {"as_of": as_of.isoformat(), "dry_run": chosen.dry_run, **counts}


def step(history: History, as_of: datetime, upto: datetime) -> tuple[str, Entry | None]:
    """What is to be done for one key; pure. Done once, its newest entry is later than `upto`."""
    newest, wanted = history.entries[0], history.as_of(as_of)
    if newest.at > upto:
        return YOUNGER, None
    if wanted is None:
        return (ABSENT if newest.marker else DELETE), None
    if not newest.marker and newest.content == wanted.content:
        return AS_IT_WAS, wanted
    return REWRITE, wanted


def thin(_chosen: argparse.Namespace, objects: Objects) -> dict[str, Any]:
    """Removes versions that no reader gets and no point needs."""
    moments = sorted(instant(each) for each in _read())
    removed = 0
    for history in list(objects.histories()):
        for entry in superfluous(history, moments, datetime.now(UTC) - DAY):
            objects.remove(entry)
            removed += 1
    return {"removed": removed}


def superfluous(history: History, moments: Sequence[datetime], young: datetime) -> tuple[Entry, ...]:
    """Entries that are older than a moment and were current at none of these; pure.

    The newest stays, and so does what was current at `young`: from there on each second can be gone back to.
    Delete markers stay, they cost nothing.
    """
    needed = {history.entries[0], *(_at(history, each) for each in (*moments, young))}
    return tuple(
        each for each in history.entries if each.at < young and not each.marker and each not in needed
    )


def _at(history: History, moment: datetime) -> Entry | None:
    return next((each for each in history.entries if each.at <= moment), None)


def _objects(around: Surroundings) -> Objects:
    if not around.models:
        raise Unusable("this stack has no bucket for models")
    return Objects(around, around.models, "")


def _entry(objects: Objects, key: str, moment: datetime | None) -> Entry | None:
    found = next((each for each in objects.histories(key) if each.key == key), None)
    if found is None:
        return None
    return found.as_of(moment) if moment else found.current


def _read() -> Any:
    try:
        return json.load(sys.stdin)
    except ValueError as error:
        raise Refused(f"standard input is no JSON: {error}") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
