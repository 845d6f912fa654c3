"""What pulses do: one handler a kind. These two are examples; operators put theirs in their place.

A handler is a function of the payload alone. It runs in a thread, so it may take its time, and it may run
more than once for one pulse: its effect is what it returns, and that is written down exactly once.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

LARGEST = 10**15
"""Numbers beyond it are refused: a float tells whole numbers apart up to about nine times that."""

MOST_VALUES = 10_000


class Refused(ValueError):  # noqa: N818  # it is the pulse that is at fault
    """A payload that no further try would make better."""


@dataclass(frozen=True)
class Outcome:
    """What a pulse comes to.

    Attributes:
        result: kept under the pulse's key, and told to subscribers.
        amount: what is added to the total of its kind.
    """

    result: Mapping[str, object]
    amount: Decimal


Handler = Callable[[Mapping[str, object]], Outcome]


def count(payload: Mapping[str, object]) -> Outcome:
    """Adds `amount`, a whole number, 1 when left out."""
    amount = payload.get("amount", 1)
    if not isinstance(amount, int) or isinstance(amount, bool) or abs(amount) > LARGEST:
        raise Refused(f"amount must be a whole number from -{LARGEST} to {LARGEST}")
    return Outcome({"counted": amount}, Decimal(amount))


def measure(payload: Mapping[str, object]) -> Outcome:
    """Sums up `values`, a list of numbers, or one `value`; their mean, least and greatest are the result."""
    given = [payload["value"]] if "value" in payload else payload.get("values")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_VALUES:
        raise Refused(f"values must be a list of 1 to {MOST_VALUES} numbers")
    values = [_number(each) for each in given]
    result = {"count": len(values), "mean": fmean(values), "least": min(values), "greatest": max(values)}
    return Outcome(result, sum((Decimal(str(each)) for each in values), Decimal()))


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("values must be numbers")
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise Refused(f"values must lie from -{LARGEST} to {LARGEST}")
    return value


KINDS: Mapping[str, Handler] = {"count": count, "measure": measure}
"""The registry: a pulse of any other kind is a dead letter."""
