"""`invoke ps`: what runs, where, since when, and why what ran ended."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from shutil import get_terminal_size

from inspection.replicas import Replica, replicas
from inspection.services import known
from operation import audit
from operation.stack import Stack

HEADINGS = ("service", "node", "state", "health", "since", "restarts", "container", "image", "error")
GAP = "  "
NARROWEST = 20
"""Columns below which lines are not broken further."""
ALL = "all"


def ps(stack: Stack, service: str, *, ended: bool, as_json: bool) -> None:
    """Prints the tasks and jobs of a stack, or of one service of it.

    Raises:
        Failure: for a service that the stack has not.
    """
    known(stack, service, jobs=True)
    found = chosen(replicas(stack), service, ended=ended)
    if as_json:
        print(json.dumps([_content(each) for each in found], indent=1))
    elif found:
        print("\n".join(lines(found, audit.now(), get_terminal_size((10_000, 24)).columns)))
    else:
        print(f"nothing of {service if service not in {'', ALL} else f'stack {stack.name}'} runs.")


def chosen(found: Sequence[Replica], service: str, *, ended: bool) -> list[Replica]:
    """Those that were asked for."""
    return [each for each in found if (service in {"", ALL, each.service}) and (ended or not each.ended)]


def lines(found: Sequence[Replica], now: datetime, width: int) -> list[str]:
    """A table where it fits into that many columns, else a small paragraph each."""
    rows = [HEADINGS, *(_cells(each, now) for each in found)]
    filled = [number for number in range(len(HEADINGS)) if any(row[number] for row in rows[1:])]
    sizes = {number: max(len(row[number]) for row in rows) for number in filled}
    table = [GAP.join(f"{row[number]:<{sizes[number]}}" for number in filled).rstrip() for row in rows]
    if max(map(len, table)) <= width:
        return table
    return [line for row in rows[1:] for line in _paragraph(row, max(NARROWEST, width))]


def age(seconds: float) -> str:
    """How long ago, in its largest unit: `45 s`, `3 min`, `2 h`, `5 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"


def _cells(each: Replica, now: datetime) -> tuple[str, ...]:
    name = f"{each.service} (job)" if each.job else f"{each.service}.{each.replica}"
    since = age((now - each.since).total_seconds())
    restarts = str(each.restarts) if each.restarts and not each.ended else ""
    return (
        name,
        each.node,
        each.state,
        each.health,
        since,
        restarts,
        each.container,
        each.image,
        " ".join(each.error.split()),
    )


def _paragraph(row: Sequence[str], width: int) -> list[str]:
    name, node, state, health, since, restarts, container, image, error = row
    words = f"{name}: {state}" + (f", {health}" if health != "-" else "") + f", {since}"
    again = f"restarts: {restarts}" if restarts else ""
    rest = [each for each in (again, f"on {node}", container, image, error) if each]
    inner = [line for each in rest for line in textwrap.wrap(each, width - len(GAP))]
    return [*textwrap.wrap(words, width, subsequent_indent=GAP), *(GAP + line for line in inner)]


def _content(each: Replica) -> dict[str, object]:
    """For a program; the time in UTC."""
    return {**asdict(each), "since": each.since.isoformat().replace("+00:00", "Z")}
