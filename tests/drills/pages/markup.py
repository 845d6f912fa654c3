"""A page taken apart, strictly: what is not closed, doubled or pointing nowhere is found."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass(frozen=True)
class Tag:
    """One element's beginning."""

    name: str
    attributes: dict[str, str]
    inside: tuple[str, ...]


@dataclass
class Markup(HTMLParser):
    """Elements and words of a page.

    Attributes:
        tags: all elements in their order.
        words: all text, by the name of the element around it.
        faults: what is not well formed.
    """

    tags: list[Tag] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The parser's own beginning."""
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"{tag}: an attribute is there twice: {names}")
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content, as SVG has them."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> ends what is not open")

    def handle_data(self, data: str) -> None:
        """Text."""
        if data.strip():
            self.words.append((self._open[-1] if self._open else "", data))

    def named(self, name: str) -> list[Tag]:
        """All elements of that name."""
        return [tag for tag in self.tags if tag.name == name]

    def text(self, *names: str) -> str:
        """All words, or those of elements with these names."""
        return "\n".join(words for name, words in self.words if not names or name in names)


def taken_apart(page: str) -> Markup:
    """The page; it has to be well formed, its names single, and what points has to point at something."""
    found = Markup()
    found.feed(page)
    found.close()
    assert page.startswith("<!DOCTYPE html>")
    assert found.faults == []
    ids = [tag.attributes["id"] for tag in found.tags if "id" in tag.attributes]
    assert len(ids) == len(set(ids))
    for tag in found.tags:
        targets = tag.attributes.get("aria-labelledby", "").split()
        href = tag.attributes.get("href", "")
        assert set(targets + ([href[1:]] if href.startswith("#") else [])) <= set(ids)
    return found
