"""A drill in a process of its own, with a twin of nothing, for tests that kill it or send signals."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from drills import console, turn
from drills.document import load
from drills.evidence import Evidence
from drills.figures import Loss, Recovery, Traffic
from drills.ledger import Kind
from drills.runner import Means
from drills.witness import Witness
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


class Calm(Witness):
    """A witness that writes nothing and saw a recovery in three seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def wait_until_well(self, _seconds: float) -> None:
        """All is well."""

    def wait_for_recovery(self, _fault: float, _seconds: float) -> bool:
        """It is back."""
        return True

    def recovery(self, _fault: float) -> Recovery:
        """Three seconds."""
        return Recovery(outage_seen=True, seconds=3.0)

    def read_recovery(self, _fault: float) -> Recovery:
        """Three seconds too."""
        return self.recovery(_fault)

    def traffic(self, _kind: Kind) -> Traffic:
        """A little."""
        return Traffic(10, 8, 1, 1, 0.0)

    def loss(self, _fault: float) -> Loss:
        """Nothing."""
        return Loss(0, 0.0, "", 0, 1, 0)


def named(stack: Stack) -> Stack:
    """It has no choice."""
    return Stack("twin-of-nothing", stack.root)


def make(stack: Stack, twin: Stack, _progress: Progress) -> Stack:
    """A twin is a file; the file `slow` makes it take long, the file `hopeless` makes it fail half-way."""
    (stack.root / "twin").touch()
    if (stack.root / "slow").exists():
        with (stack.root / "played").open("a") as played:
            played.write("began\n")
        time.sleep(30)
    if (stack.root / "hopeless").exists():
        raise Failure("the backups cannot be restored:\n    no room")
    return twin


def destroy(twin: Stack, _progress: Progress) -> None:
    """The file is gone; the file `stubborn` keeps it."""
    if (twin.root / "stubborn").exists():
        raise Failure("the twin does not want to go.")
    (twin.root / "twin").unlink(missing_ok=True)


def environment(stack: Stack) -> Mapping[str, str]:
    """One variable of the twin's."""
    return {"OF_THE_TWIN": stack.name}


def versions(_stack: Stack) -> dict[str, str]:
    """One version."""
    return {"nothing": "1.0"}


def means() -> Means:
    """A drill without Docker."""
    return Means(
        named,
        make,
        destroy,
        lambda _twin, path, _run: Calm(path),
        environment,
        versions,
        linger=0,
        patience=1,
    )


def drill(path: Path, stack: Stack, *, keep: bool = False, progress: Progress | None = None) -> Evidence:
    """Runs one to its end."""
    with turn.alone(stack):
        console.close_abandoned(stack, means(), progress or Progress(quiet=True))
        return console.drilled(load(path), stack, means(), progress or Progress(quiet=True), keep=keep)


if __name__ == "__main__":
    book = Path(sys.argv[1])
    ended = drill(book, Stack("drl-test", book.parent.parent), progress=Progress())
    sys.exit(0 if ended.journal.state == "passed" else 1)
