"""From a client's text to a message, or to the reason why it is none."""

import json
import math
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from services.realtime.client_messages import MESSAGE, Said
from services.realtime.fault import Fault

DEEPEST = 32
"""Arrays and objects within each other."""

LONGEST_ID = 128


def read(text: str) -> Said:
    """The message in a text.

    Raises:
        Fault: when there is none.
    """
    document = _document(text)
    name = _id(document)
    if not isinstance(document, dict):
        raise Fault("invalid", "a message is a JSON object")
    try:
        return MESSAGE.validate_python(document)
    except ValidationError as error:
        raise _invalid(error, name) from None


def _document(text: str) -> Any:
    try:
        document = json.loads(text, parse_constant=_constant, parse_float=_float)
    except RecursionError:
        raise Fault("too_deep", f"at most {DEEPEST} arrays and objects within each other") from None
    except ValueError:
        raise Fault("bad_json", "this is not JSON (RFC 8259)") from None
    if _too_deep(document):
        raise Fault("too_deep", f"at most {DEEPEST} arrays and objects within each other", _id(document))
    return document


def _too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _within(each) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _within(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _id(document: Any) -> str | None:
    """What the answer may echo; no more than a good message could have asked for."""
    name = document.get("id") if isinstance(document, dict) else None
    return name if isinstance(name, str) and 0 < len(name) <= LONGEST_ID else None


def _invalid(error: ValidationError, name: str | None) -> Fault:
    """Says what is wrong and where, but never repeats what was sent."""
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = {row["type"] for row in rows}
    if "union_tag_invalid" in kinds:
        return Fault("unknown_type", "there is no message of this type; see /ws/schema", name)
    if "union_tag_not_found" in kinds:
        return Fault("invalid", "a message needs a type; see /ws/schema", name)
    row = rows[0]
    where = ".".join(str(part) for part in row["loc"][1:2]) or "message"
    return Fault("invalid", f"{where}: {row['msg']}", name)


def _constant(_name: str) -> float:
    raise ValueError("NaN and Infinity are no JSON")


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("no number of ours is so large")
    return value
