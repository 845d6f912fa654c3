"""DNS-01's hook: a program of the operator's that sets a TXT record, and removes it again."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Literal

from pydantic import BaseModel

from certs.acme.trouble import SERVES_ON, clean
from operation.failure import Failure, refusal

LAST_LINES = 5
"""Of what a hook said, in its failure."""


class Record(BaseModel):
    """A TXT record that proves a name.

    Attributes:
        domain: the name to be proven.
        name: the record's: `_acme-challenge.` and the domain.
        value: what it says.
    """

    domain: str
    name: str
    value: str


def call(hook: Sequence[str], action: Literal["present", "cleanup"], record: Record, seconds: float) -> None:
    """Runs the hook once, with the action as its last argument.

    The record goes by the environment, and its value by standard input as well; everybody on the
    host sees arguments. `present` has to end when the server can see the record.

    Args:
        hook: program and arguments, as settings have them.
        action: set the record, or remove it.
        record: which one.
        seconds: longest wait; the hook and its children are then killed.

    Raises:
        Failure: when there is no such program, it takes too long, or ends with another exit status than 0.
    """
    environment = {
        **os.environ,
        "ACME_ACTION": action,
        "ACME_DOMAIN": record.domain,
        "ACME_RECORD": record.name,
        "ACME_VALUE": record.value,
    }
    with _started((*hook, action), environment) as running:
        try:
            words, _ = running.communicate(f"{record.value}\n", timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise _failed(hook, action, record, f"it did not end within {seconds:.0f} s") from error
    if running.returncode:
        said = " / ".join(clean(line) for line in words.strip().splitlines()[-LAST_LINES:])
        raise _failed(hook, action, record, f"exit status {running.returncode}: {said or 'it said nothing'}")


@contextmanager
def _started(argv: Sequence[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """The hook in a process group of its own, of which nothing is left behind."""
    try:
        running = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise refusal(
            f"the hook {argv[0]} cannot be started: {error.strerror}.",
            meaning="no record was set.",
            remedy="correct certificates.acme.hook in the stack's file.",
        ) from error
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _failed(hook: Sequence[str], action: str, record: Record, why: str) -> Failure:
    return Failure(
        f"the hook `{hook[0]} … {action}` failed for {record.name}: {why}.",
        SERVES_ON,
        "try it by hand with ACME_DOMAIN, ACME_RECORD and ACME_VALUE set, then `invoke certs.acme` again.",
    )
