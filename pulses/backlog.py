"""How far the workers are: what waits, what is under way and with whom, and how fast it gets less."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulses.desk import DEAD, GROUP, STREAM, Desk

SPAN = 1.0
"""Seconds between the two looks that make a rate."""

LOOK = """#!lua flags=no-writes
local function map(words)
  local found = {}
  for i = 1, #words, 2 do found[words[i]] = words[i + 1] end
  return found
end
local now = redis.call('TIME')
local answer = {dead = redis.call('XLEN', KEYS[2]), now = now[1] .. string.format('%03d', now[2] / 1000)}
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, words in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local group = map(words)
    if group.name == ARGV[1] then
      answer.group, answer.workers = group, {}
      for _, each in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
        table.insert(answer.workers, map(each))
      end
      local waiting = redis.call('XRANGE', KEYS[1], '(' .. group['last-delivered-id'], '+', 'COUNT', 1)[1]
      answer.oldest = redis.call('XPENDING', KEYS[1], ARGV[1])[2] or (waiting and waiting[1])
    end
  end
end
return cjson.encode(answer)
"""
"""All at one moment; only reads."""


@dataclass(frozen=True)
class Worker:
    """One worker.

    Attributes:
        name: as its log says it.
        pending: pulses that it holds.
        idle_seconds: since it last asked for pulses or gave a sign of life.
    """

    name: str
    pending: int
    idle_seconds: float


@dataclass(frozen=True)
class Backlog:
    """Where all stands.

    Attributes:
        waiting: pulses that no worker was given yet.
        pending: pulses that workers hold.
        dead: dead letters.
        oldest_seconds: age of the oldest pulse that is not settled; 0 when all are.
        rate: pulses settled in a second, over the last one.
        workers: those that are known.
    """

    waiting: int
    pending: int
    dead: int
    oldest_seconds: float
    rate: float
    workers: tuple[Worker, ...]


def backlog(desk: Desk) -> Backlog:
    """Looks twice."""
    first = _look(desk)
    time.sleep(SPAN)
    return compared(first, _look(desk))


def compared(first: Mapping[str, Any], last: Mapping[str, Any]) -> Backlog:
    """What two answers of `LOOK` come to."""
    group = last.get("group") or {}
    span = (int(last["now"]) - int(first["now"])) / 1000
    settled = _settled(last) - _settled(first)
    oldest = last.get("oldest")
    rows = last.get("workers") or ()
    return Backlog(
        waiting=int(group.get("lag") or 0),
        pending=int(group.get("pending") or 0),
        dead=int(last["dead"]),
        oldest_seconds=max(0.0, (int(last["now"]) - int(oldest.partition("-")[0])) / 1000) if oldest else 0.0,
        rate=round(max(0, settled) / span, 1) if span > 0 else 0.0,
        workers=tuple(Worker(row["name"], int(row["pending"]), row["idle"] / 1000) for row in rows),
    )


def _look(desk: Desk) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(desk.ask("EVAL_RO", LOOK, "2", STREAM, DEAD, GROUP))
    return found


def _settled(answer: Mapping[str, Any]) -> int:
    """How many were ever settled."""
    group = answer.get("group") or {}
    return int(group.get("entries-read") or 0) - int(group.get("pending") or 0)
