"""What the containers of a stack wrote, in the order of time."""

import heapq
import json
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.parties import PARTIES
from inspection.replicas import number_of
from operation.containers import client
from operation.failure import refusal
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

ALL = "all"
TAIL = 50
COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_yellow")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LONG = 24 * 3600.0
"""Seconds that a container may be silent while somebody follows it."""


@dataclass(frozen=True, order=True)
class Line:
    """One line of one container.

    Attributes:
        at: when, in UTC, with as many digits as Docker gives.
        service: whose.
        replica: number of the task; 0 for what Swarm did not start.
        container: short id.
        words: what was written.
    """

    at: str
    service: str
    replica: int
    container: str
    words: str


@dataclass(frozen=True)
class Wanted:
    """What a person asked for.

    Attributes:
        roles: of the services.
        tail: newest lines of each container that are shown; None for all.
        since: from when on; None for all.
        pattern: what a line must hold; None for anything.
    """

    roles: Sequence[str]
    tail: int | None = TAIL
    since: datetime | float | None = None
    pattern: re.Pattern[str] | None = None

    def fits(self, line: Line) -> bool:
        """Whether the line holds what was asked for."""
        return self.pattern is None or self.pattern.search(line.words) is not None


def show(
    stack: Stack,
    service: str,
    *,
    tail: int | None = None,
    since: datetime | float | None = None,
    follow: bool = False,
    grep: str = "",
    as_json: bool = False,
) -> None:
    """Prints the logs of a service or of all, also of containers that ended a while ago.

    Raises:
        Failure: for a service, a number of lines or a pattern that cannot be meant.
    """
    wanted = Wanted(_roles(service), _tail(tail, grep), since, _pattern(grep))
    engine = client(timeout=LONG)
    say = printer(as_json=as_json)
    if follow:
        from inspection.follow import follow_all  # noqa: PLC0415

        follow_all(engine, stack, wanted, say)
        return
    found = engine.containers.list(
        all=True, filters={"label": f"{LABEL_STACK}={stack.name}"}, ignore_removed=True
    )
    streams = [
        selected(read(each, role, wanted, tail=None if wanted.pattern else wanted.tail), wanted)
        for role in wanted.roles
        for each in found
        if each.labels.get(LABEL_ROLE) == role
    ]
    for line in heapq.merge(*streams):
        say(line)


def read(
    container: Any, role: str, wanted: Wanted, *, tail: int | None, follow: bool = False
) -> Iterator[Line]:
    """The lines of a container, as the engine gives them."""
    options = {} if wanted.since is None else {"since": _seconds(wanted.since)}
    stream = container.logs(
        stream=True, follow=follow, tail="all" if tail is None else tail, timestamps=True, **options
    )
    at, number = "", number_of(container)
    for text in lines(stream):
        found = entry(role, container.short_id, text)
        at = found["at"] if STAMP.fullmatch(found["at"]) else at
        yield Line(at, role, number, container.short_id, found["line"])


def selected(found: Iterable[Line], wanted: Wanted) -> Iterator[Line]:
    """Those that fit; the newest of them when only so many are wanted."""
    fitting = (line for line in found if wanted.fits(line))
    return iter(fitting if wanted.tail is None else deque(fitting, wanted.tail))


def lines(stream: Iterable[bytes]) -> Iterator[str]:
    """Whole lines, wherever the engine cuts its chunks."""
    rest = b""
    for chunk in stream:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode(errors="replace") for line in whole)
    if rest:
        yield rest.decode(errors="replace")


def entry(role: str, container: str, line: str) -> dict[str, str]:
    """One line for a program; Docker puts the time in UTC before each."""
    at, _, words = line.partition(" ")
    return {"at": at, "service": role, "container": container, "line": words.rstrip("\r")}


def text(line: Line) -> str:
    """One line for a person: time, who, what."""
    return f"{line.at} {_who(line)} {line.words}"


def printer(*, as_json: bool) -> Callable[[Line], None]:
    """Prints one line; in colours on a terminal only."""
    if as_json:
        return lambda line: print(json.dumps(_content(line), ensure_ascii=False), flush=True)
    if not sys.stdout.isatty():
        return lambda line: print(text(line), flush=True)
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    roles = [party.role for party in PARTIES]

    def draw(line: Line) -> None:
        colour = COLOURS[roles.index(line.service) % len(COLOURS)]
        words = line.words.replace("\x1b", "␛")  # what a service wrote must not steer the terminal
        console.print(Text.assemble((line.at, "dim"), " ", (_who(line), colour), " ", words))

    return draw


def _content(line: Line) -> dict[str, str]:
    return {"at": line.at, "service": line.service, "container": line.container, "line": line.words}


def _who(line: Line) -> str:
    return f"{line.service}.{line.replica}" if line.replica else line.service


def _roles(service: str) -> list[str]:
    roles = [party.role for party in PARTIES if not party.job]
    if service not in {ALL, *roles}:
        raise refusal(f"there is no service {service!r}.", remedy=f"use one of: {', '.join(roles)}, {ALL}.")
    return roles if service == ALL else [service]


def _tail(tail: int | None, grep: str) -> int | None:
    if tail is not None and tail < 0:
        raise refusal(f"--tail {tail} is less than nothing.", remedy="for example: --tail 20")
    return tail if tail is not None else (None if grep else TAIL)


def _pattern(grep: str) -> re.Pattern[str] | None:
    try:
        return re.compile(grep) if grep else None
    except re.error as error:
        raise refusal(
            f"--grep {grep!r} is no pattern: {error}.",
            remedy="put a backslash before . ( [ * + ? and the like.",
        ) from None


def _seconds(since: datetime | float) -> float:
    return since.timestamp() if isinstance(since, datetime) else since
