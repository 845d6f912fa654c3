"""Places in a channel's stream, as Redis numbers its entries: milliseconds since 1970 and a count."""

import base64
import binascii
import json
import re

Position = tuple[int, int]

WORD = re.compile(r"^[0-9]{1,20}-[0-9]{1,20}$")
LARGEST = 2**64 - 1
"""Of both numbers, in Redis."""

LONGEST_TOKEN = 16 * 1024
"""Characters of a resume token that is looked at."""


def position(word: str) -> Position:
    """The place that a word names.

    Raises:
        ValueError: when it names none.
    """
    if not WORD.fullmatch(word):
        raise ValueError("must be a position such as 1700000000000-0")
    milliseconds, count = (int(part) for part in word.split("-"))
    if max(milliseconds, count) > LARGEST:
        raise ValueError("must be a position of a stream")
    return milliseconds, count


def word(place: Position) -> str:
    """A place as Redis writes it."""
    return f"{place[0]}-{place[1]}"


def resume_token(places: dict[str, Position]) -> str:
    """One word for the places in all channels. It grants nothing: what it says, a client could say itself."""
    content = json.dumps({name: word(place) for name, place in places.items()}, separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def opened(token: str) -> dict[str, str]:
    """Channels and positions of a resume token; neither is looked at.

    Raises:
        ValueError: when this is no resume token.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise ValueError("this is no resume token") from None
    if not isinstance(content, dict):
        raise ValueError("this is no resume token")  # noqa: TRY004  # a token's content, not a caller's mistake
    return content
