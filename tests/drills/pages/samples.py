"""Drills that never were: journals and ledgers for the tests of pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from drills.cell import SHELL
from drills.evidence import DESTROY, Evidence, Journal, Measured, State, Step, sha256
from drills.evidence import begin as begin_evidence
from drills.figures import Loss, Recovery, Traffic, loss, recovery, traffic
from drills.ledger import Entry, Kind, Ledger, Status
from operation.stack import Stack

BEGAN = datetime(2026, 11, 25, 3, 10, 0, tzinfo=UTC)
FAULT = BEGAN + timedelta(seconds=40)
CLOCK = 5000.0
"""What the ledger's clock shows at the fault."""

HOSTILE = (
    '<script>alert(1)</script></pre></details><img src="http://example.org/x.png" onerror=alert(2)>'
    "&amp; \x1b[31mred\x1b[0m \x1b]0;title\x07 nul:\x00 bell:\x07 turned:\u202egnp.exe zero:\u200b "
    "\"quoted\" 'single' {{ 7 * 7 }} {% raw %} " + "w" * 4000
)
QUIET = Traffic(0, 0, 0, 0, 0.0)


def requests(before: float = 8.0, outage: float = 10.4, after: float = 6.0) -> Iterator[Entry]:
    """Twenty writes and four reads a second: good, then for a while refused or unanswered, then good."""
    for kind, rate in ((Kind.WRITE, 20), (Kind.READ, 4)):
        for number in range(1, int((before + outage + after) * rate) + 1):
            moment = number / rate - before
            yield _entry(kind, number, moment, _fate(number, moment, outage))


def _fate(number: int, moment: float, outage: float) -> Status:
    if not 0 <= moment < outage:
        return Status.ACKNOWLEDGED
    return Status.UNKNOWN if moment < 1.2 or number % 37 == 0 else Status.REFUSED


def _entry(kind: Kind, number: int, moment: float, status: Status) -> Entry:
    sent, took = CLOCK + moment, 0.012 if status is not Status.UNKNOWN else 2.0
    return Entry(
        kind, number, sent, (FAULT + timedelta(seconds=moment)).isoformat(timespec="milliseconds"), status,
        sent + took, (FAULT + timedelta(seconds=moment + took)).isoformat(timespec="milliseconds"),
        f"witness-sample-{number}" if kind is Kind.WRITE else "", number, "", 0.004,
    )  # fmt: skip


def cell(phase: str, name: str, at: float, seconds: float | None, **more: object) -> Step:
    """A step that a runbook asked for, `at` seconds after the fault."""
    values = {
        "argv": (*SHELL, f"invoke {name}\n"),
        "exit": 0,
        "expected_exit": 0,
        "output": f"{name}\ndone\n",
        "outcome": "passed",
        **more,
    }
    began = FAULT + timedelta(seconds=at)
    return Step.model_validate(
        {"phase": phase, "name": name, "started_at": began, "seconds": seconds, **values}
    )


def own(phase: str, name: str, at: float, seconds: float, outcome: str = "passed", reason: str = "") -> Step:
    """A step of the drill's own."""
    began = FAULT + timedelta(seconds=at)
    return Step(phase=phase, name=name, started_at=began, seconds=seconds, outcome=outcome, reason=reason)


def journal(**more: object) -> Journal:
    """A drill that passed."""
    values: dict[str, object] = {
        "state": State.PASSED,
        "runbook": "database-volume-lost",
        "title": "The database's data volume is lost",
        "runbook_sha256": "5f2c" * 16,
        "stack": "drl-test",
        "twin": "twin-a1b2c3",
        "who": "somebody",
        "started_at": BEGAN,
        "ended_at": BEGAN + timedelta(seconds=95.25),
        "rto_objective": 60,
        "rpo_objective": 12,
        "fault_at": FAULT,
        "versions": {"python": "3.11.9", "commit": "0123abcd" * 5, "uncommitted": " M a.py\n?? b.py"},
        "steps": [
            own("twin", "make", -39.5, 30.1),
            cell("confirm", "look", -9.0, 0.8),
            own("measure", "steady before the fault", -8.0, 7.9),
            cell("fault", "lose-the-volume", 0.0, 1.3),
            cell("recover", "restore", 1.3, 9.4, contains="serves generation"),
            own("measure", "steady after the recovery", 10.7, 4.2),
            own("measure", "read the rows back", 15.0, 0.3),
            cell("verify", "see-that-all-is-well", 15.4, 1.2),
            cell("cleanup", "nothing-is-left", 40.0, 0.1),
            own("cleanup", DESTROY, 40.1, 15.0),
        ],
        **more,
    }
    return Journal(**values)


def measured(entries: list[Entry], lost: int = 24, *, read_back: bool = True) -> Measured:
    """What the real figures say of a ledger whose last `lost` rows before the fault are gone."""
    writes = [entry for entry in entries if entry.kind is Kind.WRITE]
    reads = [entry for entry in entries if entry.kind is Kind.READ]
    before = [entry.name for entry in writes if entry.ended < CLOCK]
    present = {entry.name for entry in writes if entry.good} - set(before[max(len(before) - lost, 0) :])
    return Measured(
        writes=traffic(entries, Kind.WRITE),
        reads=traffic(entries, Kind.READ),
        recovery=recovery(writes, CLOCK),
        read_recovery=recovery(reads, CLOCK, 4),
        loss=loss(writes, present, CLOCK) if read_back else None,
    )


def kept(stack: Stack, journal_: Journal, entries: list[Entry] | None = None) -> Evidence:
    """The drill as it lies on the disk, with the digest of its ledger."""
    done = begin_evidence(stack, journal_)
    if entries is not None:
        ledger = Ledger(done.ledger)
        for entry in entries:
            ledger.append(entry)
        ledger.close()
        if journal_.measured is not None:
            journal_.measured.ledger_sha256 = sha256(done.ledger)
    done.save()
    return done


def passed(stack: Stack) -> Evidence:
    """A drill that met its objectives, with 24 rows lost."""
    entries = list(requests())
    return kept(stack, journal(measured=measured(entries)), entries)


def failed(stack: Stack) -> Evidence:
    """One that took too long, whose verification printed hostile things."""
    entries = list(requests(outage=75.0))
    bad = cell(
        "verify", "write-and-read", 90.0, 3.0, exit=1, output=HOSTILE, outcome="failed", reason="ended badly"
    )
    reasons = ["verify: write-and-read: ended badly", "RTO: 75.0 s, and the objective is 60 s."]
    steps = [*journal().steps[:-2], bad, *journal().steps[-2:]]
    found = measured(entries, lost=300)
    return kept(
        stack,
        journal(state=State.FAILED, measured=found, verdict=reasons, steps=steps, versions={"x": HOSTILE}),
        entries,
    )


def unbroken(stack: Stack) -> Evidence:
    """One that ended before anything was broken."""
    steps = [
        own("twin", "make", -39.5, 30.1),
        cell(
            "confirm",
            "look",
            -9.0,
            0.8,
            exit=1,
            outcome="failed",
            reason="ended with exit status 1, and 0 is expected.",
        ),
    ]
    why = ["confirm: look: ended with exit status 1, and 0 is expected."]
    return kept(stack, journal(state=State.FAILED, fault_at=None, verdict=why, steps=steps))


def interrupted(stack: Stack) -> Evidence:
    """One that somebody ended in the middle of its recovery."""
    entries = list(requests(outage=4.0, after=0.0))
    steps = [
        own("twin", "make", -39.5, 30.1),
        own("measure", "steady before the fault", -8.0, 7.9),
        cell("fault", "lose-the-volume", 0.0, 1.3),
        cell(
            "recover",
            "restore",
            1.3,
            2.7,
            exit=None,
            outcome="interrupted",
            reason="KeyboardInterrupt",
            output="",
        ),
    ]
    why = ["the drill was interrupted.", "recover: restore: KeyboardInterrupt"]
    found = measured(entries, read_back=False)
    return kept(stack, journal(state=State.INTERRUPTED, measured=found, verdict=why, steps=steps), entries)


def many(number: int, runbook: str = "database-volume-lost") -> list[Journal]:
    """Weekly drills, most of them good; the objective is tightened half-way."""
    found = []
    for week in range(number):
        seconds = 12 + (week * 37 % 23) + (60 if week % 29 == 28 else 0)
        aim = 90 if week < number / 2 else 60
        lost = Loss(week % 30, (week % 30) / 20, "", 0, 0, 0)
        back = Recovery(outage_seen=True, seconds=None if week % 17 == 16 else float(seconds))
        found.append(
            journal(
                runbook=runbook,
                started_at=BEGAN - timedelta(weeks=number - week),
                rto_objective=aim,
                state=State.PASSED if back.seconds is not None and back.seconds <= aim else State.FAILED,
                verdict=[] if back.seconds is not None else ["RTO: requests never were steadily good again."],
                measured=Measured(writes=QUIET, reads=QUIET, recovery=back, read_recovery=back, loss=lost),
                steps=[],
            )
        )
    return found
