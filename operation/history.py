"""The audit log as a person or a program reads it."""

import json
import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from shutil import get_terminal_size

from operation import audit
from operation.audit import Entry
from operation.failure import refusal
from operation.moment import moment
from operation.stack import Stack

OUTCOMES = ("succeeded", "unchanged", "failed", "interrupted")
MARKS = {"succeeded": "✓", "unchanged": "=", "failed": "✗", "interrupted": "!"}
AGO = re.compile(r"(\d{1,6})(m|h|d|w)")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
NARROWEST = 20
"""Columns below which lines are not broken further."""
GAP = "  "


@dataclass(frozen=True)
class Wanted:
    """What a person asked for.

    Attributes:
        limit: how many, the newest; 0 for all.
        since: `24h`, `7d`, or a time with its offset; empty for any.
        outcome: one of OUTCOMES; empty for any.
        task: its first word, `backup` also for `backup.verify`; empty for any.
    """

    limit: int = 20
    since: str = ""
    outcome: str = ""
    task: str = ""


def history(stack: Stack, wanted: Wanted, *, as_json: bool) -> None:
    """Prints the entries that were asked for, the newest last, where a person's eyes are.

    Raises:
        Failure: when the question cannot be meant.
    """
    entries, damaged = audit.read(stack)
    found = chosen(entries, wanted, audit.now())
    if damaged:
        print(f"! {damaged} damaged line(s) of the audit log passed over", file=sys.stderr)
    if as_json:
        print(json.dumps([_content(each) for each in found], indent=1))
    elif found:
        print("\n".join(lines(found, get_terminal_size((10_000, 24)).columns)))
    elif entries:
        print(f"nothing of {len(entries)} operation(s) on stack {stack.name} is like that.")
    else:
        print(f"nothing has changed stack {stack.name} yet.")


def chosen(entries: Sequence[Entry], wanted: Wanted, now: datetime) -> list[Entry]:
    """The entries that were asked for, oldest first.

    Raises:
        Failure: for a limit below zero, an unknown outcome, or a time that is none.
    """
    if wanted.limit < 0:
        raise refusal(f"--limit {wanted.limit} is less than nothing.", remedy="0 shows all.")
    if wanted.outcome not in {"", *OUTCOMES}:
        raise refusal(
            f"there is no outcome {wanted.outcome!r}.", remedy=f"use one of: {', '.join(OUTCOMES)}."
        )
    begin = _begin(wanted.since, now)
    found = [
        each
        for each in sorted(entries, key=_at)
        if (begin is None or _at(each) >= begin)
        and wanted.outcome in {"", each.outcome}
        and _is_of(each.what, wanted.task)
    ]
    return found[-wanted.limit :]


def lines(entries: Sequence[Entry], width: int) -> list[str]:
    """One line each where all fit into that many columns, else a small paragraph each."""
    rows = [_cells(each) for each in entries]
    columns = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    table = [
        GAP.join(f"{cell:<{size}}" for cell, size in zip(row, columns, strict=True)).rstrip() for row in rows
    ]
    if max(map(len, table)) <= width:
        return table
    return [line for row in rows for line in _paragraph(row, max(NARROWEST, width))]


def took(seconds: float) -> str:
    """A duration in two units at most: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:  # noqa: PLR2004  # a tenth matters only there
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004  # seconds of a minute
        return f"{whole} s"
    if whole < 3600:  # noqa: PLR2004  # seconds of an hour
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _cells(entry: Entry) -> tuple[str, str, str, str, str, str]:
    """What a person reads; the time is the terminal's own, with its offset."""
    local = _at(entry).astimezone().isoformat(sep=" ", timespec="seconds")
    mark = f"{MARKS.get(entry.outcome, '?')} {entry.outcome}"
    return local, took(entry.seconds), mark, entry.what, entry.who, entry.detail


def _paragraph(row: tuple[str, ...], width: int) -> list[str]:
    when, seconds, outcome, what, who, detail = row
    head = textwrap.wrap(f"{when}{GAP}{outcome} ({seconds})", width, subsequent_indent=GAP)
    rest = [each for each in (f"{what} · {who}", detail) if each]
    inner = [line for each in rest for line in textwrap.wrap(each, width - len(GAP))]
    return [*head, *(GAP + line for line in inner)]


def _content(entry: Entry) -> dict[str, object]:
    """For a program; the time in UTC."""
    return {**entry.model_dump(), "at": _at(entry).isoformat().replace("+00:00", "Z")}


def _at(entry: Entry) -> datetime:
    return entry.at.astimezone(UTC) if entry.at.tzinfo else entry.at.replace(tzinfo=UTC)


def _is_of(what: str, task: str) -> bool:
    first = what.partition(" ")[0]
    return not task or first == task or first.startswith(f"{task}.")


def _begin(since: str, now: datetime) -> datetime | None:
    if not since:
        return None
    found = AGO.fullmatch(since)
    if found is None:
        return moment(since)
    try:
        return now - timedelta(**{UNITS[found[2]]: int(found[1])})
    except OverflowError:
        raise refusal(f"--since {since} is before all time.", remedy="for example: --since 7d") from None
