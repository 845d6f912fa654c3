"""How long each step took the last time: the only estimate of what is left that is not invented."""

import json
from pathlib import Path

WORTH = 2.0
"""Seconds: a shorter step is over before anybody asks, and its duration is not kept."""
MOST = 200
"""Steps remembered; the one that was not seen for longest goes first."""


class Pace:
    """Durations of the steps of one kind of operation, kept in a file that may be lost at any time.

    Attributes:
        path: `.ops/<stack>/durations.json`.
        operation: runs of it are alike: `up`, or `backup full`.
    """

    def __init__(self, path: Path, operation: str) -> None:
        self.path = path
        self.operation = operation

    def last(self, step: str) -> float | None:
        """Seconds that the step took when it succeeded last; None when that is not known."""
        return self._read().get(self._key(step))

    def keep(self, step: str, seconds: float) -> None:
        """Remembers a step that succeeded; not in the folder of a stack that is gone."""
        from operation.custodian import write_private  # noqa: PLC0415  # it needs what needs this

        if seconds < WORTH or not self.path.parent.exists():
            return
        known = self._read()
        known.pop(self._key(step), None)
        known[self._key(step)] = round(seconds, 1)
        try:
            write_private(self.path, json.dumps(dict(list(known.items())[-MOST:]), indent=0).encode())
        except OSError:
            return  # a full disk fails the operation itself, not its estimate

    def _key(self, step: str) -> str:
        return f"{self.operation}: {step}"

    def _read(self) -> dict[str, float]:
        try:
            known = json.loads(self.path.read_text())
            return {str(key): float(value) for key, value in known.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}


def timing(elapsed: float, last: float | None) -> str:
    """What stands in brackets while a step is under way.

    Args:
        elapsed: seconds so far.
        last: seconds of the last time; None when that is not known.
    """
    if last is None or elapsed < WORTH:
        return f"{elapsed:.0f} s"
    if elapsed <= last:
        return f"{elapsed:.0f} s, about {max(1, round(last - elapsed))} s left, as the last time"
    return f"{elapsed:.0f} s, longer than the {last:.0f} s of the last time"
