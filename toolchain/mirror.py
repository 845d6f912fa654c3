"""The Debian mirror that the host itself uses, read from its apt configuration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

APT = Path("/etc/apt")
SUITES = frozenset(
    ("bullseye", "bookworm", "trixie", "forky", "sid", "oldoldstable", "oldstable", "stable", "testing")
)
KEYRING_NAME = "debian-archive"


@dataclass(frozen=True)
class Source:
    """One archive that apt reads packages from.

    Attributes:
        address: where.
        suites: releases; security and update suites have longer names than `SUITES`.
        components: `main` and others.
        signed_by: the keyring it names, or empty.
    """

    address: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


def first_mirror(sources: Iterable[Source]) -> str | None:
    """The address of the first archive that can only be Debian's own, over http or https."""
    for source in sources:
        if (
            source.address.startswith(("http://", "https://"))
            and SUITES.intersection(source.suites)
            and "main" in source.components
            and (not source.signed_by or KEYRING_NAME in source.signed_by)
            and source.address.rstrip("/").endswith("/debian")
        ):
            return source.address
    return None


def host_sources(folder: Path = APT) -> list[Source]:
    """All archives of the host, `sources.list` first, then its folder in the order of the names."""
    found: list[Source] = []
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    for path in files:
        if path.suffix == ".list" and path.is_file():
            found += parse_lines(path.read_text(errors="replace"))
        elif path.suffix == ".sources" and path.is_file():
            found += parse_deb822(path.read_text(errors="replace"))
    return found


def parse_lines(text: str) -> Iterator[Source]:
    """Sources in the one-line format: `deb [signed-by=…] address suite component…`."""
    for line in text.splitlines():
        entry = line.split("#", 1)[0].strip()
        if not entry.startswith(("deb ", "deb\t")):
            continue
        rest, options = entry[3:].strip(), ""
        if rest.startswith("["):
            options, _, rest = rest[1:].partition("]")
        words = rest.split()
        settings = dict(word.split("=", 1) for word in options.split() if "=" in word)
        if len(words) > 1:
            yield Source(words[0], (words[1],), tuple(words[2:]), settings.get("signed-by", ""))


def parse_deb822(text: str) -> Iterator[Source]:
    """Sources in the deb822 format: stanzas of fields, several addresses and suites in each."""
    for stanza in _stanzas(text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        for address in fields.get("uris", "").split():
            yield Source(
                address,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                fields.get("signed-by", ""),
            )


def _stanzas(text: str) -> Iterator[list[str]]:
    stanza: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.strip():
            stanza.append(line)
        elif stanza:
            yield stanza
            stanza = []
    if stanza:
        yield stanza


def _fields(stanza: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza:
        if line[0] in " \t":
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
