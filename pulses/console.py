"""The bodies of the tasks: what a person sees of pulses."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from operation.consent import ask
from operation.mutation import mutation
from operation.stack import Stack
from pulses import letters
from pulses.backlog import backlog
from pulses.desk import Desk, desk_of

NONE = "no dead letters"


def status(stack: Stack, *, as_json: bool) -> None:
    """Prints the backlog."""
    found = backlog(desk_of(stack))
    if as_json:
        print(json.dumps(asdict(found), indent=1))
        return
    print(f"waiting  {found.waiting}")
    print(f"held     {found.pending} by {len(found.workers)} worker(s)")
    print(f"oldest   {found.oldest_seconds:.1f} s")
    print(f"rate     {found.rate:g} a second")
    print(f"dead     {found.dead}" + ("; `invoke pulse.dead` tells why" if found.dead else ""))
    for each in found.workers:
        print(f"  {each.name}: holds {each.pending}, last seen {each.idle_seconds:.1f} s ago")


def dead(stack: Stack, *, limit: int, as_json: bool) -> None:
    """Prints the dead letters, the oldest first."""
    found = letters.letters(desk_of(stack), limit)
    if as_json:
        print(json.dumps([{**asdict(each), "died": each.died.isoformat()} for each in found], indent=1))
        return
    for each in found:
        print(f"{each.id}  {each.died:%Y-%m-%d %H:%M:%S} UTC  {each.reason} after {each.attempts} tries")
        print(f"    {each.kind!r} with the key {each.key!r}: {each.error}")
    print(f"{len(found)} shown" if found else NONE)


def replay(
    stack: Stack, numbers: Sequence[str], *, everything: bool, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Moves dead letters back into the stream."""
    words = ("pulse.replay", "Move", "back to the workers", "moved")
    _change(stack, numbers, words, letters.replay, everything=everything, asked=(yes, dry_run, as_json))


def drop(
    stack: Stack, numbers: Sequence[str], *, everything: bool, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Removes dead letters for good."""
    words = ("pulse.drop", "Remove", "for good", "removed")
    _change(stack, numbers, words, letters.drop, everything=everything, asked=(yes, dry_run, as_json))


def _change(
    stack: Stack,
    numbers: Sequence[str],
    words: tuple[str, str, str, str],
    change: Callable[[Desk, Sequence[str]], int],
    *,
    everything: bool,
    asked: tuple[bool, bool, bool],
) -> None:
    task, verb, where, past = words
    yes, dry_run, as_json = asked
    desk = desk_of(stack)
    chosen = letters.chosen(desk, numbers, everything=everything)
    done = 0
    if not dry_run and chosen:
        ask(f"{verb} {len(chosen)} dead letter(s) of stack {stack.name} {where}?", yes=yes)
        with mutation(stack, f"{task} {'--all' if everything else ' '.join(chosen[:20])}") as outcome:
            done = change(desk, chosen)
            outcome.outcome = "succeeded" if done else "unchanged"
            outcome.detail = f"{done} of {len(chosen)} {past}"
    if as_json:
        print(json.dumps({"chosen": chosen, past: done, "dry_run": dry_run}, indent=1))
    elif dry_run:
        print(f"{len(chosen)} would be {past}: {' '.join(chosen)}".rstrip(": ") if chosen else NONE)
    else:
        gone = "" if done == len(chosen) else f"; {len(chosen) - done} no longer there"
        print(f"{done} {past}{gone}" if chosen else NONE)
