"""Rows as a table: on the terminal, in Markdown, as JSON."""

import json
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.row import HEADINGS, Row

WIDTH = 200
"""Columns where no terminal says how many there are."""


def show(rows: Sequence[Row]) -> None:
    """Prints a table on standard output."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table(*HEADINGS, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row.cells)
    console.print(table)


def show_json(rows: Sequence[Row]) -> None:
    """Prints a JSON list on standard output."""
    Console().print_json(json.dumps([row.content for row in rows]))


def markdown(rows: Sequence[Row]) -> str:
    """A table of GitHub's Markdown; a bar within a cell is escaped."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
