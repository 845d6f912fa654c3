"""`drill.report` as it is started from the command line."""

import difflib
import json
import sys
import webbrowser
from collections.abc import Sequence

from drills.announcement import try_to_announce
from drills.evidence import Evidence, past
from drills.publication import index_of, publish
from drills.turn import settled
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack, stack_named


def write(stack_name: str, name: str, *, last: bool, everything: bool, show: bool, as_json: bool) -> None:
    """Writes pages anew from journals and ledgers, and prints where they are.

    Raises:
        Failure: when no drill has that name, or a file cannot be written.
    """
    stack = stack_named(stack_name)
    drills = chosen(settled(stack, past(stack)), name, last=last, everything=everything)
    try:
        publish(stack, drills)
    except OSError as error:
        what, meaning = (
            f"{error.filename} cannot be written ({error.strerror}).",
            "journals are as they were.",
        )
        raise Failure(what, meaning, "see that there is room, and that the folder is yours.") from error
    try_to_announce(stack, Progress(quiet=as_json))
    _tell(stack, drills, as_json=as_json)
    if show:
        _show(stack, drills)


def chosen(drills: Sequence[Evidence], name: str, *, last: bool, everything: bool) -> list[Evidence]:
    """The drills that are meant, the newest first.

    Args:
        drills: all, the newest first.
        name: of a runbook, whose newest drill is meant, or of a drill's folder.
        last: the newest of all, as when nothing is said.
        everything: all of them.

    Raises:
        Failure: when more than one is said, or no drill has the name.
    """
    if bool(name) + last + everything > 1:
        raise refusal("--name, --last and --all exclude each other.", remedy="give one of them, or none.")
    if everything:
        return list(drills)
    if not name:
        return list(drills[:1])
    found = [each for each in drills if name in {each.journal.runbook, each.folder.name}]
    if not found:
        raise _unknown(drills, name)
    return found[:1]


def _unknown(drills: Sequence[Evidence], name: str) -> Failure:
    known = [each.journal.runbook for each in drills] + [each.folder.name for each in drills]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
    remedy = f"did you mean {near[0]!r}?" if near else f"`invoke drill {name}` makes one."
    return refusal(f"there is no drill of {name!r}.", remedy=remedy)


def _tell(stack: Stack, drills: Sequence[Evidence], *, as_json: bool) -> None:
    reports, index = [str(each.report) for each in drills], str(index_of(stack))
    lines = [f"report  {path}" for path in reports] + [f"index   {index}"]
    text = json.dumps({"reports": reports, "index": index}, indent=1) if as_json else "\n".join(lines)
    sys.stdout.write(text + "\n")


def _show(stack: Stack, drills: Sequence[Evidence]) -> None:
    """Opens one drill's page, or the index, in the person's browser."""
    path = drills[0].report if len(drills) == 1 else index_of(stack)
    if not webbrowser.open(path.absolute().as_uri()):
        raise Failure("no browser could be started.", "the pages are written.", f"open {path} by hand.")
