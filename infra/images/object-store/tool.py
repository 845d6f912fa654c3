"""What the tools have in common: JSON on standard output, one sentence on an error, and an exit status."""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bucket import Wrong
from surroundings import Surroundings, Unusable, surroundings


class Refused(Exception):  # noqa: N818  # the adjective that its words carry
    """Input that makes no sense; nothing was changed."""


def ended(found: Callable[[Surroundings], dict[str, Any]]) -> int:
    """Prints what a tool found; gives its exit status: 2 for input that was refused, 1 for anything else.

    Args:
        found: does the work, in these surroundings.
    """
    try:
        said = found(surroundings(os.environ))
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    except (Unusable, Wrong, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


def instant(text: str) -> datetime:
    """A time with its offset, in UTC.

    Raises:
        Refused: for anything else.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no time") from None
    if found.tzinfo is None:
        raise Refused(f"{text!r} has no offset from UTC")
    return found.astimezone(UTC)
