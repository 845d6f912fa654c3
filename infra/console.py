"""What a person sees of a stack: what is wrong first."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from infra.status import Status
from infra.survey import gathered
from operation.failure import Failure
from operation.stack import Stack

if TYPE_CHECKING:
    from infra.zero_loss import ZeroLoss


def report(stack: Stack, *, as_json: bool) -> None:
    """Prints the status.

    Raises:
        Failure: when something is wrong, after everything was printed.
    """
    status = gathered(stack)
    if as_json:
        print(json.dumps(asdict(status), indent=1, default=str))
    else:
        show(status)
    if status.wrong:
        raise Failure(f"{len(status.wrong)} thing(s) wrong in stack {stack.name}; see above.")


def show(status: Status, into: Any = None) -> None:
    """Prints it for a person, what is wrong first; into another console where one is given."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = into or Console(highlight=False, soft_wrap=True)
    for line in status.wrong:
        console.print(f"[red]✗[/red] {line}")
    if not status.wrong:
        console.print(f"[green]✓[/green] stack {status.stack} is well")
    table = Table(box=None, pad_edge=False)
    for heading in ("service", "wanted", "running", "healthy", "certificate"):
        table.add_column(heading, no_wrap=heading == "service")
    for each in status.services:
        days = f"{status.certificates[each.name]:.0f} days" if each.name in status.certificates else "-"
        table.add_row(each.name, str(each.wanted), str(each.running), str(each.healthy), days)
    console.print(table)
    for address, words in status.endpoints.items():
        console.print(f"{address}  {words}")
    for name in status.restore_point:
        console.print(_repository(status, name))
    kept = f"; kept for restore.undo: {', '.join(map(str, status.kept))}" if status.kept else ""
    console.print(f"database: generation {status.generation}, timeline {status.timeline}{kept}")
    if status.zero_loss is not None:
        console.print(_zero_loss(status.zero_loss))
    for line in _by_itself(status):
        console.print(line)
    for line in status.remarks:
        console.print(f"[yellow]![/yellow] {line}")


def _repository(status: Status, name: str) -> str:
    """One line: to which second it can bring the database back, and when that was proven last."""
    until, seconds = status.restore_point[name], status.rpo_seconds[name]
    known = f"restorable to {until}; RPO now {seconds} s" if until else "restorable to no known second now"
    return f"{name}: {known}; proven: {status.proven.get(name, 'never')}"


def _zero_loss(found: "ZeroLoss") -> str:
    """One line: whether commits wait for the WAL receiver, and since when."""
    since = f" since {found.since.isoformat(timespec='seconds')}" if found.since else ""
    behind = "is away" if found.behind_bytes is None else f"has all but {found.behind_bytes} bytes"
    return f"zero loss: {'on' if found.waits else 'off'}{since}; the WAL receiver {behind}"


def _by_itself(status: Status) -> list[str]:
    """A line for each schedule: its last run and its next one."""
    from schedules import listing  # noqa: PLC0415

    return listing.lines(status.schedules)
