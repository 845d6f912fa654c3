"""The verdict: what is not as it has to be, in sentences; pure."""

from drills.evidence import Journal, Measured

PHASES_THAT_COUNT = ("twin", "confirm", "fault", "recover", "measure", "verify", "cleanup")


def reasons(journal: Journal) -> list[str]:
    """Why a drill has not passed; empty when it has.

    A figure that could not be measured is a reason: no drill passes for want of evidence.
    """
    found = [
        f"{step.phase}: {step.name}: {step.reason or step.outcome}"
        for step in journal.steps
        if step.phase in PHASES_THAT_COUNT and step.outcome != "passed"
    ]
    if journal.fault_at is None:
        return found or ["nothing was broken, so nothing was shown."]
    if journal.measured is None:
        return [*found, "the witness measured nothing."]
    return found + _time(journal, journal.measured) + _data(journal, journal.measured)


def rto_met(journal: Journal) -> bool:
    """Whether the platform came back in time."""
    return journal.measured is not None and not _time(journal, journal.measured)


def rpo_met(journal: Journal) -> bool:
    """Whether no more was lost than may be."""
    return journal.measured is not None and not _data(journal, journal.measured)


def _time(journal: Journal, measured: Measured) -> list[str]:
    recovery = measured.recovery
    if not recovery.outage_seen:
        return ["RTO: no request failed after the fault, so the fault was none."]
    if recovery.seconds is None:
        return ["RTO: requests never were steadily good again."]
    if recovery.seconds > journal.rto_objective:
        return [f"RTO: {recovery.seconds:.1f} s, and the objective is {journal.rto_objective:.0f} s."]
    return []


def _data(journal: Journal, measured: Measured) -> list[str]:
    lost = measured.loss
    if lost is None:
        return ["RPO: the rows were not read back, so nobody knows what is gone."]
    if lost.seconds > journal.rpo_objective:
        gone = f"{lost.rows} acknowledged rows of {lost.seconds:.1f} s are gone"
        return [f"RPO: {gone}, and the objective is {journal.rpo_objective:.0f} s."]
    return []
