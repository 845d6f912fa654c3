"""`./ops doctor`: each part, where it comes from, its version, and what to do about it."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from operation.progress import Progress
from operation.stack import ROOT
from toolchain.part import HOST, Finding, Part
from toolchain.setup import parts


@dataclass(frozen=True)
class Python:
    """The environment that this runs in."""

    name: str = "Python"

    def look(self) -> Finding:
        """Whether it is the checkout's own."""
        version = f"{platform.python_version()} in {sys.prefix}"
        healthy = sys.prefix == str(ROOT / ".venv")
        remedy = "" if healthy else "not the checkout's own: run `./ops doctor`"
        return Finding(self.name, healthy=healthy, origin=HOST, version=version, remedy=remedy)

    def provide(self, progress: Progress) -> None:
        """Nothing: `ops` makes it before any Python starts."""


def examine(looked_at: Sequence[Part]) -> list[Finding]:
    """All findings; nothing is changed."""
    return [part.look() for part in looked_at]


def exit_code(findings: Sequence[Finding]) -> int:
    """1 when any part is not healthy."""
    return 0 if all(finding.healthy for finding in findings) else 1


def as_json(findings: Sequence[Finding]) -> str:
    """For programs."""
    facts = {"healthy": exit_code(findings) == 0, "parts": [each.as_json() for each in findings]}
    return json.dumps(facts, indent=2)


def show(findings: Sequence[Finding]) -> None:
    """For a person."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("part", "from", "version", "")
    for each in findings:
        verdict = Text("healthy", "green") if each.healthy else Text(each.remedy, "red")
        table.add_row(each.part, each.origin or "missing", Text(each.version), verdict)
    Console(width=None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "140"))).print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """`./ops doctor`."""
    parser = argparse.ArgumentParser("ops doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--stack", help="accepted as everywhere; the toolchain is the same for all")
    options = parser.parse_args(arguments)
    findings = examine((Python(), *parts()))
    if options.json:
        sys.stdout.write(as_json(findings) + "\n")
    else:
        show(findings)
    return exit_code(findings)


if __name__ == "__main__":
    sys.exit(main())
