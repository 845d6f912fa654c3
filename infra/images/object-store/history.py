"""What became of one key: its versions and delete markers, the newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
SCALE = 2**63 - 1
"""SeaweedFS begins a version's name with this less its time in nanoseconds, so that new ones sort first."""

DIGITS = 16
DOUBT = timedelta(seconds=2)
"""A name that says another time than the listing, which has whole seconds, is made in another way."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, or a delete marker.

    Attributes:
        version: its name for S3.
        marker: it says that the key is deleted.
        at: when it was written (UTC).
        content: ETag and bytes; the same for the same content in the same parts.
    """

    key: str
    version: str
    marker: bool
    at: datetime
    content: tuple[str, int] = ("", 0)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content[1]


@dataclass(frozen=True, slots=True)
class History:
    """All entries of a key, at least one, the newest first."""

    key: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> Entry | None:
        """The version that a reader gets; None when the key is deleted."""
        return None if self.entries[0].marker else self.entries[0]

    def as_of(self, moment: datetime) -> Entry | None:
        """The version that a reader got at a moment; None when there was none."""
        entry = next((each for each in self.entries if each.at <= moment), None)
        return None if entry is None or entry.marker else entry


@dataclass(frozen=True)
class Page:
    """A piece of the listing.

    Attributes:
        entries: as they came.
        folders: prefixes that stand for what lies below them.
        after: key and version that the next piece begins behind; None at the end.
    """

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    after: tuple[str, str] | None


def page(document: str) -> Page:
    """Reads an answer to ListObjectVersions.

    Raises:
        ET.ParseError: when it is none.
    """
    root = ET.fromstring(document)  # noqa: S314  # the answer of the SeaweedFS beside us
    entries = [_entry(each) for each in root if each.tag in {f"{SPACE}Version", f"{SPACE}DeleteMarker"}]
    more = _text(root, "IsTruncated") == "true"
    after = (_text(root, "NextKeyMarker"), _text(root, "NextVersionIdMarker")) if more else None
    folders = (_text(each, "Prefix") for each in root.iter(f"{SPACE}CommonPrefixes"))
    return Page(tuple(entries), tuple(folders), after)


def history(entries: list[Entry]) -> History:
    """The history of the key that these belong to."""
    return History(entries[0].key, tuple(sorted(entries, key=lambda each: each.at, reverse=True)))


def written(version: str, listed: datetime) -> datetime:
    """When a version was written: to the microsecond by its name, else to the second by the listing."""
    try:
        named = datetime.fromtimestamp((SCALE - int(version[:DIGITS], 16)) / 1e9, UTC)
    except (ValueError, OverflowError, OSError):
        return listed
    return named if abs(named - listed) < DOUBT else listed


def _entry(element: ET.Element) -> Entry:
    version = _text(element, "VersionId")
    at = written(version, datetime.fromisoformat(_text(element, "LastModified")))
    content = (_text(element, "ETag"), int(_text(element, "Size") or 0))
    return Entry(_text(element, "Key"), version, element.tag == f"{SPACE}DeleteMarker", at, content)


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{SPACE}{name}") or ""
