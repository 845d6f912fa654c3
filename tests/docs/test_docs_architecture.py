"""The list of modules in docs/architecture.md is true: nothing too much, nothing left out."""

from fnmatch import fnmatch
from pathlib import PurePosixPath

from tests.docs.document import ARCHITECTURE, Document, spans
from tests.docs.place import committed, is_there

TREE = "The tree"
SOURCES = {".py", ".go", ".mod"}


def named(document: Document = ARCHITECTURE) -> list[str]:
    """The files and folders in the first column of the tree, without their last slash."""
    return [
        span.rstrip("/") for row in document.rows() if row.section == TREE for span in spans(row.cells[0])
    ]


def packages() -> set[str]:
    """Folders that hold modules, tests apart: they mirror the others."""
    files = map(PurePosixPath, committed())
    folders = {str(file.parent) for file in files if file.suffix in SOURCES}
    return {each for each in folders if each != "." and not each.startswith("tests/")}


def within(package: str, places: list[str]) -> bool:
    """Whether a package is named, or one of the folders of images and services above it."""
    path = PurePosixPath(package)
    return package in places or any(str(each) in places for each in path.parents if each.name == "images")


def test_whatever_is_named_is_there() -> None:
    """Each file and folder of the tree."""
    assert named()
    assert [place for place in named() if not is_there(place)] == []


def test_every_package_is_named() -> None:
    """None is left out, and what lies at the root neither."""
    assert [each for each in sorted(packages()) if not within(each, named())] == []
    tops = {PurePosixPath(place.replace("<stack>", "*")).parts[0] for place in named()}
    wanted = {each for each in committed() if "/" not in each and each != ".gitignore"}
    assert [each for each in sorted(wanted) if not any(fnmatch(each, top) for top in tops)] == []


def test_modules_in_the_text_of_a_row_are_there() -> None:
    """A module that the second column names lies in the folder of the first."""
    faults = [
        (row.cells[0], name)
        for row in ARCHITECTURE.rows()
        if row.section == TREE
        for name in spans(row.cells[1])
        if name.endswith(".py")
        and not any(f"{folder.rstrip('/')}/{name}" in committed() for folder in spans(row.cells[0]))
    ]
    assert faults == []


def test_package_that_is_not_named_is_found() -> None:
    """By its whole path."""
    assert "toolchain/language_host" in packages()
    assert not within("toolchain/language_host", ["toolchain"])
    assert within("infra/images/object-store", ["infra", "infra/images"])
    assert not is_there("toolchain/nothing")
