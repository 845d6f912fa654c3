"""Files and folders of the repository that a document names."""

import re
import subprocess
import sys
from functools import cache
from pathlib import PurePosixPath

from operation.stack import ROOT
from tests.docs.document import Document, spans

PATH = re.compile(r"[\w.<>*-]+(/[\w.<>*-]+)*/?")
ENDINGS = {".py", ".md", ".sql", ".sh", ".j2", ".toml", ".txt", ".in", ".svg"}
"""A name with one of these is a file of the repository; JSON and PEM are made while it runs."""


@cache
def committed() -> frozenset[str]:
    """All files and folders of the repository, new ones included."""
    listed = subprocess.run(
        ("git", "ls-files", "--cached", "--others", "--exclude-standard"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = [PurePosixPath(name) for name in listed if (ROOT / name).exists() or (ROOT / name).is_symlink()]
    return frozenset(str(each) for file in files for each in (file, *file.parents) if str(each) != ".")


def places_in(text: str) -> list[str]:
    """The paths in a text that claim to be of the repository."""
    return [span for span in spans(text) if PATH.fullmatch(span) and _claims(span)]


def places_of(document: Document) -> list[str]:
    """The paths in a document that claim to be of the repository."""
    return [each.text for each in document.code() if each.span and places_in(f"`{each.text}`")]


def _claims(span: str) -> bool:
    """Whether a path starts in a folder of the repository, or ends as its files do."""
    path = PurePosixPath(span)
    if path.suffix in ENDINGS:
        return path.stem not in sys.stdlib_module_names
    return "/" in span and path.parts[0] in committed() and not span.startswith(".")


def is_there(span: str) -> bool:
    """Whether the repository has such a path; `<name>` stands for any, a bare name may lie anywhere."""
    path = PurePosixPath(re.sub(r"<[^>]*>", "*", span))
    return any(PurePosixPath(each).match(str(path)) and _alike(path, each) for each in committed())


def _alike(path: PurePosixPath, found: str) -> bool:
    """Whether both have the same depth, unless only a name was given."""
    return len(path.parts) in {1, len(PurePosixPath(found).parts)}
