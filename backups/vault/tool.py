"""The vault's tool in the object store's container: it alone holds the key that renews locks."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from operation import exec_stream
from operation.containers import container
from operation.failure import Failure, refusal
from operation.stack import Stack

PROGRAM = "vault"
REFUSED = 2
ABSENT = {126, 127}
"""Exit statuses of Docker where a container lacks the program."""


def ask(stack: Stack, words: Sequence[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Runs it and gives what it found; what it says meanwhile is progress.

    Whoever is interrupted here leaves it at work; it ends by itself, and a second one does no harm.

    Raises:
        Failure: in its own words; with status 2 where it refused its input.
    """
    target = container(stack, "object-store")
    output, rest = b"", b""
    run = exec_stream.begin(target.client, target.id, [PROGRAM, *words])
    said: list[str] = []
    for kind, piece in run:
        if kind == exec_stream.OUTPUT:
            output += piece
            continue
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            said.append(line.decode(errors="replace"))
            say(said[-1])
    return answer(run.status(), output.decode(errors="replace"), said)


def answer(status: int, output: str, said: Sequence[str]) -> dict[str, Any]:
    """What a run gave; pure.

    Raises:
        Failure: when it failed.
    """
    words = said[-1] if said else output.strip()[:200]
    if status == REFUSED:
        raise refusal(
            f"the vault refuses: {words}.", remedy="give a moment at which the repository was whole."
        )
    if status in ABSENT:
        raise Failure(
            "the object store that runs is older than this program and has no vault's tool.",
            "no lock was renewed, and nothing was looked at.",
            "`invoke up` brings it up to date.",
        )
    if status != 0:
        raise Failure(
            f"the vault failed (exit status {status}): {words}",
            "locks and keys are as they were, or in part as wanted.",
            "`invoke logs object-store`; the same command goes on from there.",
        )
    found: dict[str, Any] = json.loads(output)
    return found
