"""All histories under a prefix, from listings that are never longer than one answer.

SeaweedFS 4.48 loses keys between two pages of ListObjectVersions: it walks folders in another order than that
of keys (`a/` before `a-b`, `a.copy` before `a`) and begins the next page behind the greatest key of the last.
One answer that is complete lacks nothing. So a prefix with more than one answer holds is parted: into its
folders, else by the next character.
"""

from collections.abc import Iterator
from string import ascii_letters, digits
from typing import Protocol

from bucket import Wrong
from history import Entry, History, Page, history

ALPHABET = f"/.-_+${digits}{ascii_letters}"
"""What pgBackRest's names are made of; a prefix that ends in a space is cut by SeaweedFS."""

STEPS = "/."
"""What makes another path of a folder's, where it stands first in a name."""


class Ask(Protocol):
    """Asks for one page: what begins with a prefix, folders as one where they are parted, behind a place."""

    def __call__(self, prefix: str, *, parted: bool = False, after: tuple[str, str] = ("", "")) -> Page:
        """The page."""


def histories(ask: Ask, prefix: str, behind: str = "") -> Iterator[History]:
    """Each key once, in no order.

    Args:
        ask: gives pages.
        prefix: what the keys begin with.
        behind: a key as long as the prefix or shorter that is dealt with already.

    Raises:
        Wrong: when the server refuses, or among too many keys is a name that pgBackRest would not give.
    """
    whole = ask(prefix, after=(behind, ""))
    folder = ask(prefix, parted=True, after=(behind, "")) if whole.after else whole
    if folder.after is None:
        yield from _grouped(prefix, folder.entries)
        for each in folder.folders:
            yield from histories(ask, each)
        return
    short = next((each.key for each in whole.entries if prefix.startswith(each.key)), "")
    if short:  # SeaweedFS gives `a` for `a.` as well, since it calls the file `a.versions`
        yield from _grouped(prefix, _of_key(ask, short) if short == prefix else ())
        yield from histories(ask, prefix, short)
        return
    _require_common(prefix, (*whole.entries, *folder.entries))
    for character in _alphabet(prefix):
        yield from histories(ask, prefix + character)


def _require_common(prefix: str, entries: tuple[Entry, ...]) -> None:
    for each in entries:
        if each.key[len(prefix)] not in _alphabet(prefix):
            raise Wrong(f"{each.key} has a character that no name of pgBackRest's has, among too many keys")


def _alphabet(prefix: str) -> str:
    """How a prefix may go on."""
    return ALPHABET.removeprefix(STEPS) if prefix.endswith("/") else ALPHABET


def _of_key(ask: Ask, key: str) -> tuple[Entry, ...]:
    """All entries of one key; there may be many pages of them, among those of longer keys."""
    found: list[Entry] = []
    after = ("", "")
    while mine := [each for each in ask(key, after=after).entries if each.key == key]:
        found += mine
        after = (key, mine[-1].version)
    return tuple(found)


def _grouped(prefix: str, entries: tuple[Entry, ...]) -> Iterator[History]:
    by_key: dict[str, list[Entry]] = {}
    for each in entries:
        if each.key.startswith(prefix):
            by_key.setdefault(each.key, []).append(each)
    return (history(each) for each in by_key.values())
