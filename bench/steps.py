"""The steps of an operation and their seconds, read from the log that `operation.progress` keeps."""

import re
from datetime import datetime
from itertools import pairwise

LINE = re.compile(r"^(\d{4}-\d\d-\d\dT[\d:.]+\+00:00) (.*)$")
STEP = "== "


def seconds_of_steps(text: str) -> dict[str, float]:
    """Seconds of each step, from its beginning to that of the next, or to the last line.

    What other programs wrote in between has no such stamp. A step of the same name adds to the first.
    """
    found = [LINE.match(line) for line in text.splitlines()]
    stamped = [(datetime.fromisoformat(line[1]), line[2]) for line in found if line]
    begun = [(at, words.removeprefix(STEP)) for at, words in stamped if words.startswith(STEP)]
    ends = [*begun, *stamped[-1:]]
    seconds: dict[str, float] = {}
    for (at, name), (end, _) in pairwise(ends):
        seconds[name] = seconds.get(name, 0.0) + (end - at).total_seconds()
    return seconds
