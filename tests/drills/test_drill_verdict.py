"""The verdict: each thing that is not as it has to be is a sentence, and no figure is no success."""

from datetime import UTC, datetime

import pytest

from drills import verdict
from drills.evidence import Journal, Measured, Step
from drills.figures import Loss, Recovery, Traffic

NOW = datetime(2026, 1, 2, tzinfo=UTC)
BACK = Recovery(outage_seen=True, seconds=60.0)
TRAFFIC = Traffic(100, 90, 5, 5, 0.01)
NOTHING = Loss(0, 0.0, "", 0, 5, 0)


def journal(recovery: Recovery = BACK, loss: Loss | None = NOTHING) -> Journal:
    """A drill whose cells all passed, with objectives of 60 and 12 seconds."""
    return Journal(
        runbook="platform-lost",
        title="The platform is lost",
        runbook_sha256="",
        stack="drl-test",
        who="somebody",
        started_at=NOW,
        rto_objective=60,
        rpo_objective=12,
        fault_at=NOW,
        steps=[Step(phase="recover", name="a-recover", started_at=NOW, outcome="passed")],
        measured=Measured(
            writes=TRAFFIC, reads=TRAFFIC, recovery=recovery, read_recovery=recovery, loss=loss
        ),
    )


def test_what_is_promised_is_enough() -> None:
    """Exactly the objectives are met; rows without an answer are no loss."""
    assert verdict.reasons(journal(loss=Loss(240, 12.0, "row-1", 3, 2, 0))) == []
    assert verdict.rto_met(journal())
    assert verdict.rpo_met(journal())


@pytest.mark.parametrize(
    ("recovery", "reason"),
    [
        (Recovery(outage_seen=True, seconds=60.1), "RTO: 60.1 s, and the objective is 60 s."),
        (Recovery(outage_seen=True, seconds=None), "RTO: requests never were steadily good again."),
        (
            Recovery(outage_seen=False, seconds=None),
            "RTO: no request failed after the fault, so the fault was none.",
        ),
    ],
)
def test_a_recovery_that_is_none_fails(recovery: Recovery, reason: str) -> None:
    """Too late, never, or from nothing."""
    assert verdict.reasons(journal(recovery)) == [reason]
    assert not verdict.rto_met(journal(recovery))


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (
            Loss(250, 12.5, "row-1", 0, 0, 0),
            "RPO: 250 acknowledged rows of 12.5 s are gone, and the objective is 12 s.",
        ),
        (None, "RPO: the rows were not read back, so nobody knows what is gone."),
    ],
)
def test_too_much_lost_or_not_known_fails(loss: Loss | None, reason: str) -> None:
    """What could not be counted is not zero."""
    assert verdict.reasons(journal(loss=loss)) == [reason]
    assert not verdict.rpo_met(journal(loss=loss))


def test_nothing_broken_or_nothing_measured_fails() -> None:
    """No drill passes for want of evidence."""
    unbroken = journal().model_copy(update={"fault_at": None})
    assert verdict.reasons(unbroken) == ["nothing was broken, so nothing was shown."]
    unmeasured = journal().model_copy(update={"measured": None})
    assert verdict.reasons(unmeasured) == ["the witness measured nothing."]


@pytest.mark.parametrize("phase", verdict.PHASES_THAT_COUNT)
@pytest.mark.parametrize("outcome", ["failed", "running", "interrupted"])
def test_a_step_that_did_not_pass_fails_the_drill(phase: str, outcome: str) -> None:
    """Whichever phase it is in, good figures do not make up for it."""
    done = journal()
    done.steps.append(Step(phase=phase, name="it", started_at=NOW, outcome=outcome, reason="why"))
    assert verdict.reasons(done) == [f"{phase}: it: why"]
