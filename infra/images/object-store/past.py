"""Keys as they were at a moment: what is to be done for each, and the doing."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bucket import Wrong
from history import Entry, History
from locks import DAY, PIECE, in_parallel
from objects import Objects

SHOWN = 5
"""Keys that are named."""

AS_IT_WAS, YOUNGER, ABSENT = "as_it_was", "younger", "absent"
UNCOVER, REWRITE = "uncover", "rewrite"


@dataclass(frozen=True)
class Step:
    """What is to be done for one key.

    Attributes:
        kind: `uncover` where only delete markers lie on the version of the moment; `rewrite` where its
            content has to be written again. Nothing for `as_it_was`, `younger` (came later, stays), `absent`.
        wanted: the version of the moment; None where there was none.
        markers: those to be removed, the newest first.
    """

    key: str
    kind: str
    wanted: Entry | None = None
    markers: tuple[Entry, ...] = ()


@dataclass
class BroughtBack:
    """What was done, or would be.

    Attributes:
        counts: keys by kind of step.
        keys: the first keys that were deleted or overwritten.
    """

    counts: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)

    def see(self, step: Step) -> None:
        """Counts one key."""
        self.counts[step.kind] += 1
        if step.kind in {UNCOVER, REWRITE} and len(self.keys) < SHOWN:
            self.keys.append(step.key)

    def said(self) -> dict[str, Any]:
        """For machines."""
        return {
            "uncovered": self.counts[UNCOVER],
            "rewritten": self.counts[REWRITE],
            "as_they_were": self.counts[AS_IT_WAS],
            "younger": self.counts[YOUNGER],
            "keys": self.keys,
        }


def step(history: History, moment: datetime) -> Step:
    """What makes a key be what it was; pure."""
    wanted, newest = history.as_of(moment), history.entries[0]
    if wanted is None:
        return Step(history.key, ABSENT if newest.marker else YOUNGER)
    above = history.entries[: history.entries.index(wanted)]
    if not newest.marker and newest.content == wanted.content:
        return Step(history.key, AS_IT_WAS, wanted)
    if all(each.marker for each in above):
        return Step(history.key, UNCOVER, wanted, above)
    return Step(history.key, REWRITE, wanted)


def bring_back(
    objects: Objects, steps: Iterable[Step], lock_days: int, now: datetime, say: Callable[[str], None]
) -> BroughtBack:
    """Does the steps, eight at a time; killed and started again it goes on.

    Raises:
        Wrong: when a key is not what it was afterwards.
    """
    done = BroughtBack()

    def one(each: Step) -> Step:
        _do(objects, each, now + lock_days * DAY)
        return each

    for each in in_parallel(one, steps):
        done.see(each)
        if done.counts.total() % PIECE == 0:
            say(f"{done.counts.total()} keys, {done.counts[UNCOVER] + done.counts[REWRITE]} brought back")
    return done


def future(moment: datetime, now: datetime) -> bool:
    """Whether a moment is yet to come, a minute of doubt about clocks apart."""
    return moment > now + timedelta(minutes=1)


def _do(objects: Objects, step: Step, until: datetime) -> None:
    if step.wanted is None or step.kind not in {UNCOVER, REWRITE}:
        return
    if step.kind == UNCOVER:
        for marker in step.markers:
            objects.remove_marker(marker)
    else:
        objects.lock(step.key, objects.write_again(step.wanted), until)
    if objects.current(step.key)[1] != step.wanted.content:
        raise Wrong(f"{step.key} is not what it was; the same command tries again")
