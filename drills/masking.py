"""Keeping secrets out of evidence."""

from collections.abc import Mapping
from pathlib import Path

SHORTEST = 6
"""Characters below which a value is no secret of ours, and replacing it would only spoil the text."""

LONG = 32
"""Characters from which a word in a larger secret is taken for one itself."""

PUNCTUATION = "\"',:;{}[]"
"""What may stand around such a word."""


def secrets_in(*folders: Path) -> dict[str, str]:
    """Value to name of every secret in these folders; read anew each time, since stacks make them on use.

    Of a file that holds several, like the keys of tokens, each long word counts for itself as well.
    """
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted(folder.glob("*")) if folder.is_dir() else []:
            value = path.read_text(errors="replace").strip() if path.is_file() else ""
            if len(value) >= SHORTEST:
                found[value] = path.name
                words = (word.strip(PUNCTUATION) for word in value.split())
                found |= {word: path.name for word in words if len(word) >= LONG}
    return found


def masked(text: str, secrets: Mapping[str, str]) -> str:
    """The text with each secret's name in place of its value, longer values first."""
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, f"«{secrets[value]}»")
    return text


def joined(head: str, tail: str, dropped: int, secrets: Mapping[str, str]) -> str:
    """An output whose middle is missing; at the cut, where half a secret may stand, a little more goes."""
    if not dropped:
        return masked(head + tail, secrets)
    edge = max((len(value) for value in secrets), default=0)
    before, after = masked(head, secrets), masked(tail, secrets)
    return f"{before[: len(before) - edge]}\n… {dropped} bytes left out …\n{after[edge:]}"
