"""What the screen of `status --watch` shows, most important first, in as many lines as there are."""

import io
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from infra.console import show
from infra.status import Status

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NARROWEST = 20
FIGURES = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class View:
    """What was seen last.

    Attributes:
        stack: its name.
        interval: seconds between two looks.
        status: the last that could be gathered; None before the first.
        seen: when that was.
        failure: why the newest look told nothing; empty when it did.
        looked: when the newest look ended.
    """

    stack: str
    interval: float
    status: Status | None = None
    seen: datetime | None = None
    failure: str = ""
    looked: datetime | None = None

    def seeing(self, status: Status, now: datetime) -> "View":
        """After a look that told something."""
        return replace(self, status=status, seen=now, failure="", looked=now)

    def failing(self, failure: str, now: datetime) -> "View":
        """After a look that told nothing: what was seen before stays, with its time."""
        return replace(self, failure=failure, looked=now)

    @property
    def signature(self) -> str:
        """What an operator would call another state; times, seconds and bytes are none."""
        if self.failure or self.status is None:
            return self.failure
        status = self.status
        words = [FIGURES.sub("#", line) for line in (*status.wrong, *status.remarks)]
        states = [f"{each.name} {each.wanted} {each.running} {each.healthy}" for each in status.services]
        return "\n".join((*words, *states, *status.endpoints.values(), str(status.generation)))


def frame(view: View, console: "Console", now: datetime) -> "Text":
    """The whole screen; what does not fit is counted in the last line."""
    from rich.text import Text  # noqa: PLC0415

    width, height = max(NARROWEST, console.width), max(1, console.height)
    lines = [Text(_head(view, now, width), style="dim"), *_body(view, console, width)]
    if len(lines) > height:
        hidden = len(lines) - height + 1
        lines = [
            *lines[: height - 1],
            Text(f"… {hidden} more lines below", style="dim"),
        ]
    for line in lines:
        line.truncate(width)
    return Text("\n").join(lines[:height])


def text(view: View) -> str:
    """One block for a pipe or a file: when, and then as `status` prints it."""
    from rich.console import Console  # noqa: PLC0415

    written = io.StringIO()
    console = Console(file=written, highlight=False, soft_wrap=True, width=10_000)
    looked = view.looked.astimezone().isoformat(sep=" ", timespec="seconds") if view.looked else ""
    console.print(f"== {looked} {view.stack}")
    if view.failure:
        console.print(f"✗ {view.failure}", markup=False)
    elif view.status is not None:
        show(view.status, console)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def _head(view: View, now: datetime, width: int) -> str:
    """Shortened from its end, the least important words first."""
    parts = [
        f"stack {view.stack}",
        f"{now.astimezone():%H:%M:%S}",
        _age(view, now),
        f"every {view.interval:.0f} s",
        "q quits",
    ]
    while len(" · ".join(parts)) > width and len(parts) > 1:
        parts.pop()
    return " · ".join(parts)


def _age(view: View, now: datetime) -> str:
    if view.looked is None:
        return "looking for the first time"
    return f"looked {(now - view.looked).total_seconds():.0f} s ago"


def _body(view: View, console: "Console", width: int) -> "list[Text]":
    from rich.text import Text  # noqa: PLC0415

    lines: list[Text] = []
    if view.failure:
        lines += Text(f"✗ {view.failure}", style="red").wrap(console, width)
        if view.seen is not None:
            lines.append(Text(f"as it was seen at {view.seen.astimezone():%H:%M:%S}:", style="dim"))
    if view.status is not None:
        seen = _shown(view.status, console, width)
        for line in seen if view.failure else []:
            line.stylize("dim")
        lines += seen
    return lines


def _shown(status: Status, console: "Console", width: int) -> "list[Text]":
    """The lines of `status`, broken between words."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    written = io.StringIO()
    inner = Console(
        file=written, width=width, force_terminal=True, highlight=False, no_color=console.no_color
    )
    show(status, inner)
    return list(Text.from_ansi(written.getvalue().rstrip("\n")).split("\n"))
