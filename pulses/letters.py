"""Dead letters: pulses that the workers gave up, each with its reason."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from operation.failure import refusal
from pulses.desk import DEAD, FATE, STREAM, Desk

PAGE = 500
NUMBER = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")

REPLAY = """#!lua
local why, moved = {reason = true, error = true, id = true, attempts = true}, 0
for _, number in ipairs(ARGV) do
  local found = redis.call('XRANGE', KEYS[2], number, number)[1]
  if found then
    local words, key = {}, nil
    for i = 1, #found[2], 2 do
      if found[2][i] == 'key' then key = found[2][i + 1] end
      if not why[found[2][i]] then
        table.insert(words, found[2][i])
        table.insert(words, found[2][i + 1])
      end
    end
    redis.call('XADD', KEYS[1], '*', unpack(words))
    redis.call('XDEL', KEYS[2], number)
    if key then redis.call('DEL', KEYS[3] .. key) end
    moved = moved + 1
  end
end
return moved
"""
"""One step for Redis: a letter that was moved is no letter any more, however the task ends."""


@dataclass(frozen=True)
class Letter:
    """One dead letter.

    Attributes:
        id: among the dead letters; begins with the millisecond of its death.
        key: of the pulse; a replay keeps it, so an effect that it had is not had again.
        kind: of the pulse.
        reason: `unknown-kind`, `invalid`, `failed`, `unwritable` or `undeliverable`.
        error: a sentence.
        attempts: how often it was tried.
        payload: as it came.
    """

    id: str
    key: str
    kind: str
    reason: str
    error: str
    attempts: int
    payload: str

    @property
    def died(self) -> datetime:
        """When it was given up, by Redis' clock."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)


def letters(desk: Desk, most: int = 0) -> list[Letter]:
    """The oldest first; `most` of them, or all when it is 0."""
    found: list[Letter] = []
    start = "-"
    while not most or len(found) < most:
        page = desk.ask(
            "XRANGE", DEAD, start, "+", "COUNT", str(min(PAGE, most - len(found) if most else PAGE))
        )
        if not page:
            break
        found += [_letter(number, words) for number, words in page]
        start = f"({page[-1][0]}"
    return found


def replay(desk: Desk, numbers: Sequence[str]) -> int:
    """Moves letters back to the end of the stream, and gives how many were there to be moved."""
    return sum(int(desk.ask("EVAL", REPLAY, "3", STREAM, DEAD, FATE, *page)) for page in _pages(numbers))


def drop(desk: Desk, numbers: Sequence[str]) -> int:
    """Removes letters for good, and gives how many were there to be removed."""
    return sum(int(desk.ask("XDEL", DEAD, *page)) for page in _pages(numbers))


def chosen(desk: Desk, numbers: Sequence[str], *, everything: bool) -> list[str]:
    """The ids that are meant.

    Raises:
        Failure: when neither ids nor all are asked for, or both; or an id cannot be one.
    """
    if bool(numbers) == everything:
        raise refusal("say which dead letters.", remedy="--id ID, as often as you like, or --all.")
    for each in numbers:
        if not NUMBER.fullmatch(each):
            raise refusal(f"{each!r} is no id of a dead letter.", remedy="`invoke pulse.dead` shows them.")
    if everything:
        return [each.id for each in letters(desk)]
    return list(dict.fromkeys(numbers))


def _pages(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    """Parts that hold up nobody who asks Redis meanwhile."""
    for start in range(0, len(numbers), PAGE):
        yield numbers[start : start + PAGE]


def _letter(number: str, words: Sequence[str]) -> Letter:
    said = dict(zip(words[::2], words[1::2], strict=True))
    attempts = said.get("attempts", "")
    return Letter(
        id=number,
        key=said.get("key", ""),
        kind=said.get("kind", ""),
        reason=said.get("reason", ""),
        error=said.get("error", ""),
        attempts=int(attempts) if attempts.isdecimal() else 0,
        payload=said.get("payload", ""),
    )
