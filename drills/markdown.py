"""The parts of a Markdown file that a drill reads: headings of level 2, and fences."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drills.fault import Fault

if TYPE_CHECKING:
    from markdown_it.token import Token

LANGUAGES = ("sh", "text")
OPENER = re.compile(r"\s*(?:[>*+-]\s+|[0-9]+[.)]\s+)*(```+|~~~+)")


@dataclass(frozen=True)
class Heading:
    """A heading of level 2; lines are counted from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class Fence:
    """A fenced block.

    Attributes:
        line: of its opening fence, counted from 1.
        language: first word behind the fence.
        info: what follows that word.
        script: its content.
    """

    line: int
    language: str
    info: str
    script: str


def parts(text: str, first: int, faults: list[Fault]) -> list[Heading | Fence]:
    """Headings of level 2 and fences in their order; complaints go into `faults`.

    Args:
        text: the whole file.
        first: index of the first line behind the front matter.
        faults: complaints are added to it.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415  # `invoke --list` does not pay for it

    lines = text.splitlines()
    body = "\n".join([""] * first + lines[first:])
    tokens = MarkdownIt("commonmark").parse(body)
    found: list[Heading | Fence] = []
    inside: set[int] = set()
    for number, token in enumerate(tokens):
        start, end = token.map or (0, 0)
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            found.append(Heading(start + 1, tokens[number + 1].content.strip()))
        elif token.type == "fence":
            inside.update(range(start, end))
            found.append(_fence(token, start, end, lines, faults))
        elif token.type == "code_block":
            inside.update(range(start, end))
            fix = "use a fence marked `sh` or `text`"
            faults.append(Fault(start + 1, "Runme would run this indented code", fix))
    faults.extend(_strays(lines, first, inside))
    return found


def _fence(token: "Token", start: int, end: int, lines: list[str], faults: list[Fault]) -> Fence:
    language, _, info = token.info.strip().partition(" ")
    line = start + 1
    if language not in LANGUAGES:
        fix = "write `sh` for a cell, or `text` for what is only shown"
        faults.append(Fault(line, f"a fence marked {language or 'with nothing'!r} is ambiguous", fix))
    if not lines[end - 1].strip(" >").startswith(token.markup) or end - 1 == start:
        faults.append(Fault(line, "this fence does not end", f"close it with a line `{token.markup}`"))
    return Fence(line, language, info.strip(), token.content)


def _strays(lines: list[str], first: int, inside: set[int]) -> list[Fault]:
    """Lines that look like a fence and are none, such as one with a backtick in its attributes."""
    return [
        Fault(number + 1, "this is no fence to Markdown", "keep backticks out of the line of a fence")
        for number, line in enumerate(lines)
        if number >= first and number not in inside and OPENER.match(line)
    ]
