"""What a pulse may carry: a JSON object that every store behind it takes."""

import json
import re
from typing import Any

LARGEST = 16 * 1024
"""Bytes of a payload, written compactly."""

DEEPEST = 32
"""Objects and arrays within each other."""

DESCRIBED: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": r"^[^\u0000]*$"},
    "additionalProperties": True,
    "description": f"at most {LARGEST} bytes, nested at most {DEEPEST} levels; nowhere the character U+0000",
}
"""The same in the API's description. Not recursive, though a schema could say more then: generators of test
data stumble over recursion."""

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def checked(payload: dict[str, Any]) -> dict[str, Any]:
    """The same payload.

    Raises:
        ValueError: when it is too deep or too large, or holds what PostgreSQL's jsonb does not take.
    """
    if _deeper(payload, DEEPEST):
        raise ValueError(f"must not be nested deeper than {DEEPEST} levels")
    try:
        text = written(payload)
        size = len(text.encode())
    except UnicodeEncodeError:
        raise ValueError("must not hold half of a surrogate pair") from None
    except ValueError:
        raise ValueError("must not hold NaN or Infinity, nor a number as large") from None
    if size > LARGEST:
        raise ValueError(f"must not exceed {LARGEST} bytes")
    if NUL.search(text):
        raise ValueError("must not hold the character U+0000")
    return payload


def written(payload: dict[str, Any]) -> str:
    """Always the same text for the same content."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _deeper(payload: object, levels: int) -> bool:
    layer: list[object] = [payload]
    for _ in range(levels):
        layer = [inner for each in layer for inner in _within(each)]
        if not layer:
            return False
    return any(isinstance(each, dict | list) for each in layer)


def _within(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
