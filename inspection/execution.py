"""`invoke exec`: a command in a service's container, as its own user, known to the audit log by its name."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.parties import Party
from inspection.replicas import number_of
from inspection.services import one
from inspection.session import Session
from operation import audit
from operation.containers import client, containers
from operation.failure import refusal
from operation.stack import Stack

LONGEST = 64
"""Letters of a program's name that the audit log keeps."""


def execute(stack: Stack, service: str, argv: Sequence[str], *, replica: int = 0, user: str = "") -> int:
    """Runs the command and gives its exit status.

    Raises:
        Failure: for no command, a service or replica that is not there, or a job.
    """
    party = one(stack, service)
    if not argv:
        raise refusal("there is nothing to execute.", remedy=f"for example: invoke exec {service} -- id")
    target = replica_of(containers(stack, party.role, client()), party, replica)
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    session = Session(target, tuple(argv), user, tty)
    return _audited(stack, f"exec {party.role} {program(argv)}", session)


def replica_of(found: Sequence[Any], party: Party, replica: int) -> Any:
    """The running container of that number; without one the lowest number, the newest task of it.

    Raises:
        Failure: when none runs on this host.
    """
    numbers = [number_of(each) for each in found]
    wanted = replica or min(numbers, default=0)
    if wanted in numbers:
        return found[numbers.index(wanted)]
    there = f"on this host run: {', '.join(map(str, sorted(set(numbers))))}" if numbers else "none runs here"
    raise refusal(
        f"replica {replica} of {party.role} does not run; {there}." if replica else f"{party.role}: {there}.",
        remedy=f"`invoke ps {party.role}` says what runs, and on which host.",
    )


def program(argv: Sequence[str]) -> str:
    """All of a command that is written down: its program's name; what follows may be a secret."""
    return "".join(each for each in Path(argv[0]).name if each.isprintable())[:LONGEST]


def _audited(stack: Stack, what: str, session: Session) -> int:
    """No lock: a person may look around in a container for as long as they like."""
    at, started, outcome = audit.now(), time.monotonic(), "failed"
    try:
        status = session.run()
        outcome = "failed" if status else "succeeded"
    except KeyboardInterrupt:
        outcome = "interrupted"
        raise
    finally:
        seconds = round(time.monotonic() - started, 3)
        audit.record(
            stack, audit.Entry(at=at, who=audit.actor(), what=what, seconds=seconds, outcome=outcome)
        )
    return status
