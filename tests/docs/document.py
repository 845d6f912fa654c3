"""What a document of this project says: headings, code, tables and links, as a Markdown parser reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from operation.stack import ROOT

PARSER = MarkdownIt("commonmark").enable("table")
CODE = ("code_block", "fence")


@dataclass(frozen=True)
class Passage:
    """A piece of a document.

    Attributes:
        section: the nearest heading above it, as plain text.
        text: the piece.
        span: whether it stands within a line.
    """

    section: str
    text: str
    span: bool = False


@dataclass(frozen=True)
class Row:
    """A line of a table: the source of its cells."""

    section: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A Markdown file.

    Attributes:
        path: from the root of the repository.
    """

    path: str

    @property
    def file(self) -> Path:
        """Where it lies."""
        return ROOT / self.path

    @cached_property
    def _tokens(self) -> list[tuple[str, Token]]:
        """Every block with the heading that it stands under."""
        found, section, opened = [], "", False
        for token in PARSER.parse(self.file.read_text()):
            if opened:
                section = _plain(token)
            opened = token.type == "heading_open"
            found.append((section, token))
        return found

    def headings(self) -> list[str]:
        """All headings as plain text, in their order."""
        after = zip(self._tokens, self._tokens[1:], strict=False)
        return [section for (_, one), (section, _) in after if one.type == "heading_open"]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link to a heading may name, by the rules of forges."""
        found: dict[str, int] = {}
        for heading in self.headings():
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            found[slug] = found.get(slug, -1) + 1
        return {f"{slug}-{number}" if number else slug for slug in found for number in range(found[slug] + 1)}

    def links(self) -> list[str]:
        """Targets of links and pictures."""
        inner = (child for _, token in self._tokens for child in token.children or ())
        return [
            str(target) for child in inner if (target := child.attrs.get("href") or child.attrs.get("src"))
        ]

    def code(self) -> Iterator[Passage]:
        """Boxes and spans of code; boxes of other languages than `sh` and `text` are left out."""
        for section, token in self._tokens:
            if token.type in CODE and token.info.split(" ")[0] in {"", "sh", "text"}:
                yield Passage(section, token.content)
            for child in token.children or ():
                if child.type == "code_inline":
                    yield Passage(section, child.content, span=True)

    def rows(self) -> list[Row]:
        """The lines of all tables, without their heads."""
        found: list[Row] = []
        cells: list[str] = []
        for section, token in self._tokens:
            if token.type == "tr_open":
                cells = []
            elif token.type == "inline" and token.level >= CELL_LEVEL:
                cells.append(token.content)
            elif token.type == "tr_close":
                found.append(Row(section, tuple(cells)))
            elif token.type == "thead_close":
                found.pop()
        return found

    def section(self, heading: str) -> str:
        """The text under a heading, tables and boxes included, up to the next heading."""
        return "\n".join(token.content for section, token in self._tokens if section == heading)


CELL_LEVEL = 4
"""How deep the content of a table's cell lies: table, body, row, cell."""


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def spans(text: str) -> list[str]:
    """The code within a text."""
    return re.findall(r"`([^`]+)`", text)


README = Document("README.md")
OPERATING = Document("docs/operating.md")
ARCHITECTURE = Document("docs/architecture.md")
ALL = tuple(
    Document(str(file.relative_to(ROOT)))
    for file in sorted({ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("runbooks/*.md")})
)
