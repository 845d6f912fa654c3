"""Pulumi's own notation of programs, as far as `pulumi import` writes it: blocks of literals and names."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from toolchain.language_host.failure import HostFailure

_TOKEN: Final = re.compile(
    r'\s+|,|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)'
    r"|(?P<name>[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*)|(?P<sign>[={}\[\]()])"
)
_WORDS: Final = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Name:
    """Another resource, or one of its properties (`network.id`)."""

    path: str


@dataclass(frozen=True)
class Secret:
    """A value that the program must mark as secret."""

    value: "Expression"


@dataclass(frozen=True)
class Key:
    """A key of an object.

    Attributes:
        text: the key.
        is_property: it is a property of the schema, not a key of a map.
    """

    text: str
    is_property: bool


Expression: TypeAlias = (
    "bool | int | float | str | Name | Secret | list[Expression] | dict[Key, Expression] | None"
)


@dataclass
class Block:
    """A block.

    Attributes:
        kind: `resource`, `package`, `options` …
        labels: what stands between its kind and its body.
        values: its own.
        blocks: those within it.
    """

    kind: str
    labels: list[str]
    values: dict[str, Expression] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)


def parse(text: str) -> list[Block]:
    """The blocks of a source.

    Raises:
        HostFailure: it holds something else.
    """
    reader = _Reader(list(_tokens(text)))
    return reader.body(Block("", []), "").blocks


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unknown(text[position : position + 30])
        position = found.end()
        if found.lastgroup:
            yield found.lastgroup, found[0]


def _unknown(words: str) -> HostFailure:
    return HostFailure(
        f"this stand-in for Pulumi's language host cannot write a program with «{words}» in it. "
        "Nothing is lost: what was imported is in the stack. "
        "Write its declaration yourself, or use --generate-code=false."
    )


def _unquoted(text: str) -> str:
    """The text of a literal; a template in it cannot be told here."""
    if re.search(r"(?<!\$)\$\{|(?<!%)%\{", text):
        raise _unknown(text[:30])
    whole: str = json.loads(text)
    return whole.replace("$${", "${").replace("%%{", "%{")


class _Reader:
    """The tokens, read from left to right."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def body(self, block: Block, end: str) -> Block:
        """Values and blocks up to the closing brace."""
        while self._next() != ("sign", end) and self._next()[0]:
            kind, word = self._take()
            if kind not in {"name", "text"}:
                raise _unknown(word)
            name = _unquoted(word) if kind == "text" else word
            if self._next() == ("sign", "="):
                self._take()
                block.values[name] = self.expression()
            else:
                block.blocks.append(self._block(name))
        if end:
            self._expect(end)
        return block

    def _block(self, kind: str) -> Block:
        block = Block(kind, [])
        while self._next() != ("sign", "{"):
            label, word = self._take()
            block.labels.append(_unquoted(word) if label == "text" else word)
        self._expect("{")
        return self.body(block, "}")

    def expression(self) -> Expression:
        """A literal, a list, an object, a name, or a secret of one of them."""
        kind, word = self._take()
        if kind == "text":
            return _unquoted(word)
        if kind == "number":
            return float(word) if re.search(r"[.eE]", word) else int(word)
        if kind == "name":
            return self._named(word)
        if word == "[":
            return self._items()
        if word == "{":
            return self._object()
        raise _unknown(word)

    def _named(self, word: str) -> Expression:
        if word in _WORDS:
            return _WORDS[word]
        if self._next() != ("sign", "("):
            return Name(word)
        if word != "secret":
            raise _unknown(word)
        self._take()
        inner = self.expression()
        self._expect(")")
        return Secret(inner)

    def _items(self) -> list[Expression]:
        items: list[Expression] = []
        while self._next() != ("sign", "]"):
            items.append(self.expression())
        self._take()
        return items

    def _object(self) -> dict[Key, Expression]:
        found: dict[Key, Expression] = {}
        while self._next() != ("sign", "}"):
            kind, word = self._take()
            key = Key(_unquoted(word), is_property=False) if kind == "text" else Key(word, is_property=True)
            self._expect("=")
            found[key] = self.expression()
        self._take()
        return found

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self) -> tuple[str, str]:
        token = self._next()
        if not token[0]:
            raise _unknown("an end too soon")
        self._at += 1
        return token

    def _expect(self, sign: str) -> None:
        token = self._take()
        if token != ("sign", sign):
            raise _unknown(token[1])
