"""The recovery kit: what a bare host needs and no repository holds, as few bytes as it can be."""

import base64
import hashlib
import json
import lzma
from dataclasses import dataclass, field
from datetime import datetime

FORMAT = 1
SETTINGS = "settings"
"""The part that is the stack's file."""


@dataclass(frozen=True)
class Kit:
    """Files of a stack.

    Attributes:
        stack: its name.
        made: when (UTC).
        commit: of the checkout; empty when it is none of git's.
        parts: content by name: `settings`, `secrets/…`, `certs/…`, `beside/…` for files of the checkout.
    """

    stack: str
    made: datetime
    commit: str
    parts: dict[str, bytes] = field(repr=False)

    @property
    def digest(self) -> str:
        """Of all that it holds, whoever it was encrypted to."""
        return hashlib.sha256(packed(self)).hexdigest()


def packed(kit: Kit) -> bytes:
    """The kit in bytes, compressed; the same kit gives the same bytes."""
    content = {
        "format": FORMAT,
        "stack": kit.stack,
        "made": kit.made.isoformat(),
        "commit": kit.commit,
        "parts": {name: _text(part) for name, part in sorted(kit.parts.items())},
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def unpacked(content: bytes) -> Kit:
    """A kit from its bytes.

    Raises:
        ValueError: when they are none, or of a later release.
    """
    try:
        found = json.loads(lzma.decompress(content))
        if found["format"] != FORMAT:
            message = f"it has format {found['format']}, and this checkout reads {FORMAT}"
            raise ValueError(message)
        parts = {name: _bytes(part) for name, part in found["parts"].items()}
        return Kit(found["stack"], datetime.fromisoformat(found["made"]), found["commit"], parts)
    except (lzma.LZMAError, KeyError, TypeError, AttributeError) as error:
        message = "it holds no recovery kit"
        raise ValueError(message) from error


def _text(part: bytes) -> str | dict[str, str]:
    """As text where it is text, which compresses better."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(part).decode()}


def _bytes(part: str | dict[str, str]) -> bytes:
    return part.encode() if isinstance(part, str) else base64.b64decode(part["base64"])
