"""Executing a runbook on a twin: confirm, break, recover, measure, verify, and always clean up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drills import verdict
from drills.document import Runbook
from drills.evidence import DESTROY, Evidence, Measured, State, sha256
from drills.interruption import Interruption, interruptible
from drills.ledger import Kind, moment
from drills.stage import Stage
from drills.step import recorded
from drills.witness import Witness
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

WELL_SECONDS = 60.0
"""How long the witness may take to see a steady run before the fault."""

LEAST_PATIENCE = 120.0
"""Seconds to wait at least for a steady run: a figure beyond the objective is worth more than none."""

DESTROY_TRIES = 3


@dataclass(frozen=True)
class Means:
    """What a drill works with; tests put smaller things in their place.

    Attributes:
        named: chooses a twin's name; makes nothing yet.
        make: deploys the twin of that name and gives it; what it leaves when it fails, the drill removes.
        destroy: removes a twin, also one that was never whole; once more does no harm.
        witness: for a twin, with its ledger and the drill's name.
        environment: variables for cells on a stack.
        versions: of everything that matters, asked of the twin.
        linger: seconds that the witness goes on after the recovery.
        patience: seconds to wait at least for a steady run.
    """

    named: Callable[[Stack], Stack]
    make: Callable[[Stack, Stack, Progress], Stack]
    destroy: Callable[[Stack, Progress], None]
    witness: Callable[[Stack, Path, str], Witness]
    environment: Callable[[Stack], Mapping[str, str]]
    versions: Callable[[Stack], dict[str, str]]
    linger: float = 3.0
    patience: float = LEAST_PATIENCE


class Drill:
    """One drill; its evidence is true at every moment."""

    def __init__(
        self,
        runbook: Runbook,
        stack: Stack,
        evidence: Evidence,
        means: Means,
        progress: Progress,
        *,
        keep: bool = False,
    ) -> None:
        self._runbook, self._stack, self._means = runbook, stack, means
        self._evidence, self._journal = evidence, evidence.journal
        self._progress, self._keep = progress, keep
        self._twin: Stack | None = None
        self._made = False
        self._fault = 0.0

    def run(self) -> None:
        """Runs all of it. How it ended is in the journal; a cell that fails raises nothing.

        Raises:
            Exception: what nobody foresaw, after the clean-up, and with the journal closed.
        """
        interrupted, unforeseen = False, None
        with interruptible(self._progress) as interruption:
            try:
                self._phases()
            except KeyboardInterrupt:
                interrupted = True
            except Failure as failure:
                self._progress.detail(str(failure))
            except Exception as error:  # noqa: BLE001  # raised again below
                unforeseen = error
            interruption.cleaning = True
            self._clean_up(interruption)
            self._close(interrupted=interrupted)
        if unforeseen is not None:
            raise unforeseen

    def _phases(self) -> None:
        twin = self._twin = self._means.named(self._stack)
        self._journal.twin = twin.name  # saved before anything of it is there: a kill leaves no nameless twin
        with recorded(self._evidence, self._progress, "twin", "make"):
            twin = self._twin = self._means.make(self._stack, twin, self._progress)
            self._made = True
            self._journal.versions = self._means.versions(twin)
            witness = self._means.witness(twin, self._evidence.ledger, self._evidence.folder.name)
        self._cells("confirm", twin)
        try:
            self._break_and_recover(witness, twin)
        finally:
            witness.stop()
            self._note(witness)
        self._read_back(witness)
        self._cells("verify", twin)

    def _break_and_recover(self, witness: Witness, twin: Stack) -> None:
        with recorded(self._evidence, self._progress, "measure", "steady before the fault"):
            witness.start()
            witness.wait_until_well(WELL_SECONDS)
        now = moment()
        self._fault, self._journal.fault_at = now.monotonic, now.utc
        self._evidence.save()
        self._cells("fault", twin)
        self._cells("recover", twin)
        with recorded(self._evidence, self._progress, "measure", "steady after the recovery") as step:
            patience = max(2 * self._runbook.objectives.rto, self._means.patience)
            if not witness.wait_for_recovery(self._fault, patience):
                step.reason = f"no steady run of good requests within {patience:.0f} s after the recovery."
                return
            time.sleep(self._means.linger)

    def _note(self, witness: Witness) -> None:
        """Keeps what the ledger shows, however the recovery ended."""
        if self._journal.fault_at is None:
            return
        self._journal.measured = Measured(
            writes=witness.traffic(Kind.WRITE),
            reads=witness.traffic(Kind.READ),
            recovery=witness.recovery(self._fault),
            read_recovery=witness.read_recovery(self._fault),
            ledger_sha256=sha256(witness.path),
        )
        self._evidence.save()

    def _read_back(self, witness: Witness) -> None:
        with recorded(self._evidence, self._progress, "measure", "read the rows back"):
            if self._journal.measured is not None:
                self._journal.measured.loss = witness.loss(self._fault)

    def _cells(self, phase: str, twin: Stack) -> None:
        """Runs the cells of a phase, up to the first that fails, which raises a Failure."""
        stage = self._stage(twin)
        for cell in self._runbook.phases[phase]:
            stage.play(phase, cell)

    def _stage(self, twin: Stack) -> Stage:
        environment = self._means.environment(twin)
        return Stage(self._runbook.path.name, self._stack, twin, environment, self._evidence, self._progress)

    def _clean_up(self, interruption: Interruption) -> None:
        """Plays the runbook's clean-up on a twin that was whole, and removes whatever there is of it."""
        twin = self._twin
        if twin is None:
            return
        for cell in self._runbook.phases["cleanup"] if self._made else ():
            try:
                self._stage(twin).play("cleanup", cell)
            except Exception as error:  # noqa: BLE001  # it is recorded, and the rest has to be cleaned up
                self._progress.detail(str(error))
        if self._keep and (interruption.times or verdict.reasons(self._journal)):
            self._journal.twin_kept = True
            remove = f"invoke down --stack {twin.name} --destroy-data={twin.name}"
            self._progress.say(f"the twin {twin.name} is kept; remove it by `{remove}`")
            return
        self._destroy(twin, interruption)

    def _destroy(self, twin: Stack, interruption: Interruption) -> None:
        """Tries again when a Ctrl-C, which a terminal sends to every process, hit the removal itself."""
        for attempt in range(DESTROY_TRIES):
            before = interruption.times
            try:
                with recorded(self._evidence, self._progress, "cleanup", DESTROY):
                    self._means.destroy(twin, self._progress)
            except Exception as error:  # noqa: BLE001  # it is recorded, and makes the drill fail
                self._progress.detail(str(error))
                if interruption.times > before and attempt + 1 < DESTROY_TRIES:
                    self._journal.steps.pop()
                    continue
            return

    def _close(self, *, interrupted: bool) -> None:
        journal = self._journal
        journal.verdict = verdict.reasons(journal)
        if interrupted:
            journal.verdict.insert(0, "the drill was interrupted.")
        ended = State.FAILED if journal.verdict else State.PASSED
        journal.state = State.INTERRUPTED if interrupted else ended
        journal.ended_at = datetime.now(UTC)
        self._evidence.save()
