"""The part of a Markdown file that one subcommand owns.

It stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
"""

from pathlib import Path

from operation.failure import Failure, refusal
from operation.stack import ROOT

FILE = ROOT / "docs" / "measurements.md"
TITLE = "# Measurements\n"


def markers(name: str) -> tuple[str, str]:
    """What stands before and behind the part."""
    return f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"


def replaced(text: str, name: str, body: str) -> str:
    """The text with another body between the markers; they are added at the end when there are none.

    Raises:
        Failure: when only one of them is there, or several are, or they stand the wrong way round.
    """
    begin, end = markers(name)
    counts = text.count(begin), text.count(end)
    if counts == (0, 0):
        return f"{text.rstrip()}\n\n{begin}\n{body}\n{end}\n".lstrip()
    if counts != (1, 1) or text.index(begin) > text.index(end):
        raise refusal(
            f"the measurements' file must have «{begin}» once, and «{end}» once behind it.",
            remedy="correct the markers, or remove both: they are then added at its end.",
        )
    before, rest = text.split(begin)
    return f"{before}{begin}\n{body}\n{end}{rest.split(end)[1]}"


def write(name: str, body: str, path: Path = FILE) -> None:
    """Replaces the part in the file, which is made when it is missing.

    Raises:
        Failure: when the markers are wrong, or the file cannot be written.
    """
    text = replaced(_text(path), name, body)
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        temporary.write_text(text)
        temporary.replace(path)
    except OSError as error:
        raise Failure(f"the measurements cannot be written ({error.strerror}).") from error


def check(name: str, path: Path = FILE) -> None:
    """Sees that the part can be replaced, before minutes are spent on measuring.

    Raises:
        Failure: when the markers are wrong.
    """
    replaced(_text(path), name, "")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else TITLE
