"""What becomes of entries when their handlers run: done, refused, or failed and to be tried again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.pulse.kinds import Handler, Outcome, Refused
from services.pulse.pulse import Entry, Pulse, read

DELIVERIES = 10
"""Times that an entry may be given to a worker: one that kills its worker would kill them for ever."""


@dataclass(frozen=True)
class Done:
    """A pulse whose handler ran; nothing is written down yet.

    Attributes:
        text: the result as JSON.
    """

    entry: Entry
    pulse: Pulse
    outcome: Outcome
    text: str


@dataclass
class Worked:
    """What became of a batch.

    Attributes:
        done: to be written down.
        refused: dead letters: the entry, the reason's name, and a sentence.
        failed: to be tried again later, with what went wrong.
    """

    done: list[Done] = field(default_factory=list)
    refused: list[tuple[Entry, str, str]] = field(default_factory=list)
    failed: list[tuple[Entry, str]] = field(default_factory=list)


def worked(entries: Iterable[Entry], kinds: Mapping[str, Handler]) -> Worked:
    """Runs each entry's handler; the failure of one is nothing to the others."""
    result = Worked()
    for entry in entries:
        if entry.deliveries > DELIVERIES:
            sentence = f"given to workers {entry.deliveries} times, and none came to an end with it"
            result.refused.append((entry, "undeliverable", sentence))
        else:
            _work(entry, kinds, result)
    return result


def _work(entry: Entry, kinds: Mapping[str, Handler], result: Worked) -> None:
    try:
        pulse = read(entry)
        handler = kinds.get(pulse.kind)
        if handler is None:
            known = ", ".join(sorted(kinds))
            result.refused.append(
                (entry, "unknown-kind", f"no handler for {pulse.kind[:64]!r}; known: {known}")
            )
            return
        outcome = handler(pulse.payload)
        result.done.append(Done(entry, pulse, outcome, json.dumps(outcome.result, allow_nan=False)))
    except Refused as error:
        result.refused.append((entry, "invalid", str(error)))
    except Exception as error:  # noqa: BLE001  # an operator's handler may raise anything
        result.failed.append((entry, f"{type(error).__name__}: {error}"))
