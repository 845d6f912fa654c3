"""Links, anchors and paths in the documents lead somewhere."""

from functools import cache
from pathlib import Path

import pytest

from operation.stack import ROOT
from tests.docs.document import ALL, OPERATING, README, Document
from tests.docs.place import is_there, places_in, places_of


def dead(document: Document) -> list[str]:
    """The links within the repository that lead nowhere."""
    return [link for link in document.links() if "://" not in link and not leads(document, link)]


def leads(document: Document, link: str) -> bool:
    """Whether a file is there, with the heading that is named."""
    name, _, anchor = link.partition("#")
    file = (document.file.parent / name).resolve() if name else document.file
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not anchor or anchor in read(str(file.relative_to(ROOT))).anchors


@cache
def read(path: str) -> Document:
    """A document that many links name is parsed once."""
    return Document(path)


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.path)
def test_links_lead_somewhere(document: Document) -> None:
    """To a file of the repository, and to a heading in it."""
    assert dead(document) == []


def test_links_are_found() -> None:
    """Pictures and anchors too."""
    assert "docs/picture.svg" in README.links()
    assert "#how-a-restore-works" in OPERATING.links()


def test_dead_links_are_found(tmp_path: Path) -> None:
    """No such file, no such heading, and a file that is not of the repository."""
    text = (
        "# One `x` here\n[a](#one-x-here) [b](#two) [c](none.md) [d](/etc/passwd) [e](https://example.org)\n"
    )
    (tmp_path / "it.md").write_text(text)
    document = Document(str(tmp_path / "it.md"))
    assert document.anchors == {"one-x-here"}
    assert not leads(document, "none.md")
    assert not leads(document, "/etc/passwd")
    assert "#two" in document.links()
    assert "two" not in document.anchors


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.path)
def test_paths_are_there(document: Document) -> None:
    """Files and folders of the repository that the text names."""
    assert [place for place in places_of(document) if not is_there(place)] == []


def test_every_document_is_in_the_readme() -> None:
    """Whoever starts there finds all of them."""
    wanted = {each.path for each in ALL if each != README}
    assert wanted <= set(README.links())


@pytest.mark.parametrize("place", ["backups/verify.sql", "infra/images/", "runbooks/<name>.md", "bem.py"])
def test_place_is_recognised(place: str) -> None:
    """By its folder or its ending; `<name>` is any name."""
    assert places_in(f"see `{place}`.") == [place]
    assert is_there(place)


@pytest.mark.parametrize("place", ["backups/none.sql", "infra/none/", "nowhere/setup.py", "docs/<name>.rst"])
def test_place_that_is_missing_is_found(place: str) -> None:
    """A misspelt folder or file."""
    assert places_in(f"see `{place}`.") == [place]
    assert not is_there(place)


@pytest.mark.parametrize("text", [".ops/<stack>/secrets/", "platform.py", "lineage.json", "pulumi up", "a/b"])
def test_what_is_no_place_of_the_repository(text: str) -> None:
    """What is made while it runs, what is Python's own, and commands."""
    assert places_in(f"see `{text}`.") == []
