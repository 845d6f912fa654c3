"""`./ops doctor`: toolchain, host and stack; each with what it found, and what to do about it."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

try:
    from operation.progress import Progress
    from operation.stack import DEFAULT, ROOT, Stack
    from toolchain.checks import host, of_stack, versions
    from toolchain.checks.check import Check, Verdict, of_part
    from toolchain.checks.question import Question, answers
    from toolchain.part import HOST, Finding, Part
    from toolchain.setup import parts
except ImportError as error:
    sys.exit(f"The Python environment lacks {error.name}.\n  do: remove .venv, then `./ops setup`.")

if TYPE_CHECKING:
    from rich.text import Text

GROUP = "toolchain"
MARKS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.HEALTHY: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.UNHEALTHY: ("✗", "red"),
}


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


def of_parts(looked_at: Sequence[Part]) -> list[Question]:
    """A question for each part of the toolchain."""
    return [Question(GROUP, part.name, partial(_looked, part)) for part in looked_at]


def _looked(part: Part) -> list[Check]:
    return [of_part(part.look())]


def exit_code(groups: Mapping[str, Sequence[Check]]) -> int:
    """1 when anything is unhealthy; a warning is none."""
    return int(any(each.verdict is Verdict.UNHEALTHY for checks in groups.values() for each in checks))


def as_json(groups: Mapping[str, Sequence[Check]]) -> str:
    """For programs."""
    facts: dict[str, object] = {"healthy": exit_code(groups) == 0}
    facts |= {group: [each.as_json() for each in checks] for group, checks in groups.items()}
    return json.dumps(facts, indent=2, ensure_ascii=False)


def show(groups: Mapping[str, Sequence[Check]]) -> None:
    """For a person: a table a group, what to do below what was found; plain lines where rich is missing."""
    try:
        _show_tables(groups)
    except ImportError:
        for group, checks in groups.items():
            sys.stdout.write(f"{group}\n")
            for each in checks:
                words = (MARKS[each.verdict][0], each.name, each.found, each.remedy and f"do: {each.remedy}")
                sys.stdout.write("  ".join(filter(None, words)) + "\n")
        sys.stdout.write(f"{summary(groups)}\n")


def _show_tables(groups: Mapping[str, Sequence[Check]]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "140")))
    widest = max((len(each.name) for checks in groups.values() for each in checks), default=0)
    for group, checks in groups.items():
        table = Table(box=None, show_header=False, padding=(0, 1), title=group, title_justify="left")
        table.add_column(no_wrap=True)
        table.add_column(min_width=widest if console.width > 3 * widest else None)
        table.add_column(overflow="fold")
        for each in checks:
            mark, colour = MARKS[each.verdict]
            table.add_row(Text(mark, colour), Text(each.name), _told(each, colour))
        console.print(table)
    console.print(Text(summary(groups)))


def _told(check: Check, colour: str) -> "Text":
    from rich.text import Text  # noqa: PLC0415

    found = f"{check.found} ({check.origin})" if check.origin and check.found else check.found or check.origin
    text = Text(found)
    if check.remedy:
        text.append(f"\ndo: {check.remedy}" if found else f"do: {check.remedy}", colour)
    return text


def summary(groups: Mapping[str, Sequence[Check]]) -> str:
    """One line that counts."""
    every = [each.verdict for checks in groups.values() for each in checks]
    return ", ".join(f"{every.count(verdict)} {verdict}" for verdict in Verdict)


def main(arguments: Sequence[str] | None = None) -> int:
    """`./ops doctor`."""
    parser = argparse.ArgumentParser("ops doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--stack", default="", help="whose file, state, keys and ports are looked at")
    options = parser.parse_args(arguments)
    stack = Stack(options.stack or os.environ.get("PULUMI_STACK") or DEFAULT)
    groups = answers(
        (
            *of_parts((Python(), *parts())),
            Question(GROUP, "Pulumi's packages", versions.look),
            *host.questions(),
            *of_stack.questions(stack),
        )
    )
    if options.json:
        sys.stdout.write(as_json(groups) + "\n")
    else:
        show(groups)
    return exit_code(groups)


if __name__ == "__main__":
    sys.exit(main())
