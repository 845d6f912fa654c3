"""The commands that a document shows: `invoke …` and `./ops …`, in boxes and within lines."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.docs.document import Document

BETWEEN = re.compile(r'&&|\|\||[;|]|"?\$\(|\)"?|\\\|')
"""What parts two commands in a line of shell."""
TASK = "TASK"
"""Stands in the documents for any task."""


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        program: `invoke` or `./ops`.
        words: what follows it.
        section: the heading that it stands under.
        span: whether it stands within a line, where it may be cut short.
    """

    program: str
    words: tuple[str, ...]
    section: str
    span: bool

    def __str__(self) -> str:
        """As a person types it."""
        return shlex.join((self.program, *self.words))


def commands_of(document: Document) -> Iterator[Command]:
    """All commands of a document, in their order."""
    for passage in document.code():
        for line in passage.text.splitlines():
            for piece in BETWEEN.split(line.partition(" #")[0]):
                if words := _words(piece):
                    yield Command(words[0], tuple(words[1:]), passage.section, passage.span)


def _words(piece: str) -> list[str]:
    """The words of one command, without marks that a reader leaves out; none for another program."""
    if not re.match(r"\s*(invoke|\./ops|sudo \./ops)\b", piece):
        return []
    words = shlex.split(piece.replace("…", " ").replace("[", "").replace("]", ""))
    return words[1:] if words[0] == "sudo" else words
