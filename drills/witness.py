"""The outside witness: writes rows through the load balancer, in a process of its own, and counts them.

A runner that is blocked, busy or killed does not disturb it; it hears of the drill only that it has ended.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from drills import ledger
from drills.endpoint import TIMEOUT, Endpoint, read_back
from drills.figures import Loss, Recovery, Traffic, ends_steadily, loss, recovery, traffic
from drills.ledger import Kind, of
from drills.writer import Orders
from operation.failure import Failure
from operation.stack import ROOT

POLL = 0.25
STOP_SECONDS = 10
READS_IN_A_ROW = 4
"""Good probes that make a steady run; they are sent four times a second."""


class Witness:
    """One run of the witness.

    Attributes:
        path: of the ledger.
        prefix: what the names of its rows start with.
    """

    def __init__(
        self, endpoint: Endpoint, path: Path, run: str, writes: float = 20.0, reads: float = 4.0
    ) -> None:
        self.path = path
        self.prefix = f"witness-{run}-"
        self._endpoint = endpoint
        self._orders = Orders(
            endpoint.url, endpoint.root, str(path), self.prefix, writes, reads, keys=endpoint.keys
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts writing; out of reach of the terminal's Ctrl-C."""
        argv = [sys.executable, "-m", "drills.writer", json.dumps(asdict(self._orders))]
        with self.path.with_suffix(".errors").open("wb") as errors:
            self._process = subprocess.Popen(
                argv,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Lets it await its last answers, then ends it; once more does no harm."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(TIMEOUT + STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def wait_until_well(self, seconds: float) -> None:
        """Waits for a steady run of good requests before anything is broken.

        Raises:
            Failure: when there is none in time.
        """
        if not self._wait(lambda: ends_steadily(of(ledger.read(self.path), Kind.WRITE)), seconds):
            raise Failure(
                f"the witness saw no steady run of good requests within {seconds:.0f} s{self._last()}.",
                "what is not well before the fault proves nothing after it; nothing was broken.",
                "`invoke status`; `invoke drill NAME --keep` keeps the twin for a look.",
            )

    def wait_for_recovery(self, fault: float, seconds: float) -> bool:
        """Waits for a steady run after the fault; false when there is none in time.

        Raises:
            Failure: when the witness itself died.
        """
        return self._wait(lambda: self.recovery(fault).seconds is not None, seconds)

    def recovery(self, fault: float) -> Recovery:
        """How writes came back, as far as the ledger goes."""
        return recovery(of(ledger.read(self.path), Kind.WRITE), fault)

    def read_recovery(self, fault: float) -> Recovery:
        """How reads came back, as far as the ledger goes."""
        return recovery(of(ledger.read(self.path), Kind.READ), fault, READS_IN_A_ROW)

    def traffic(self, kind: Kind) -> Traffic:
        """How much was asked."""
        return traffic(ledger.read(self.path), kind)

    def loss(self, fault: float) -> Loss:
        """Reads the rows back and compares them with the ledger.

        Raises:
            Failure: when they cannot be read.
        """
        writes = of(ledger.read(self.path), Kind.WRITE)
        good = [entry for entry in writes if entry.good]
        return loss(writes, read_back(self._endpoint, good, self.prefix), fault)

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if self._process is not None and self._process.poll() is not None:
                raise Failure(f"the witness ended by itself{self._last()}.", "nothing can be measured.")
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL)
        return True

    def _last(self) -> str:
        """The newest thing that it has seen or said, for a message."""
        errors = self.path.with_suffix(".errors")
        said = errors.read_text(errors="replace").strip().splitlines()[-1:] if errors.exists() else []
        seen = [entry.detail for entry in ledger.read(self.path) if not entry.good and entry.detail][-1:]
        return "".join(f": {words}" for words in said or seen)
