"""The witness against a real HTTPS server that stops, refuses, falls silent and loses rows."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from drills import ledger
from drills.console import drilled
from drills.document import load
from drills.endpoint import Endpoint, endpoint_of
from drills.evidence import Evidence, State, sha256
from drills.ledger import Entry, Kind, Status
from drills.turn import alone
from drills.witness import Witness
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, Stack
from tests.drills import scene
from tests.drills.conftest import Write
from tests.drills.small_platform import Platform, issue

pytestmark = pytest.mark.slow

ORPHAN = """
import os, pathlib, signal, sys
from drills.endpoint import Endpoint
from drills.witness import Witness

witness = Witness(Endpoint(*sys.argv[1:4]), pathlib.Path(sys.argv[4]), "orphan")
witness.start()
witness.wait_until_well(10)
os.kill(os.getpid(), signal.SIGKILL)
"""
MEND = "sleep 1.5; echo good > mode"
TOLERANCE = 0.7
"""Seconds by which a busy host may be late."""


def entries(witness: Witness, kind: Kind = Kind.WRITE) -> list[Entry]:
    """What the ledger says."""
    return ledger.of(ledger.read(witness.path), kind)


def drill(path: Path, stack: Stack, platform: Platform) -> Evidence:
    """A drill with a real witness and a real server, on a twin of nothing."""
    means = replace(
        scene.means(),
        witness=lambda _twin, book, run: Witness(platform.endpoint, book, run),
        linger=0.3,
        patience=2.0,
    )
    with alone(stack):
        return drilled(load(path), stack, means, Progress(quiet=True), keep=False)


def test_rows_are_written_acknowledged_and_read_back(
    stack: Stack, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a healthy platform every row is acknowledged and there; when nobody can count, that is no zero."""
    witness = Witness(platform.endpoint, stack.root / "ledger.jsonl", "calm")
    witness.start()
    witness.wait_until_well(20)
    witness.stop()
    written = entries(witness)
    assert len(written) >= 20
    assert {entry.status for entry in written} == {Status.ACKNOWLEDGED}
    assert [platform.items[entry.id] for entry in written] == [entry.name for entry in written]
    assert written[0].name == "witness-calm-1"
    assert {entry.status for entry in entries(witness, Kind.READ)} == {Status.ACKNOWLEDGED}
    assert witness.loss(time.monotonic()).rows == 0
    witness.stop()
    monkeypatch.setattr("drills.endpoint.READ_BACK_SECONDS", 0.3)
    (stack.root / "mode").write_text("refuse")
    with pytest.raises(Failure, match="cannot be read back"):
        witness.loss(0.0)


def test_a_witness_without_a_token_sees_no_good_answer(stack: Stack, platform: Platform) -> None:
    """Refused, which is no acknowledgement: the twin of all that it writes with one."""
    witness = Witness(replace(platform.endpoint, keys=""), stack.root / "ledger.jsonl", "stranger")
    witness.start()
    deadline = time.monotonic() + 20
    while len([entry for entry in entries(witness) if entry.answered]) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(Failure, match="HTTP 401"):
        witness.wait_until_well(0)
    witness.stop()
    assert {entry.status for entry in entries(witness)} == {Status.REFUSED}


def test_the_pace_is_kept_when_nobody_answers(stack: Stack, platform: Platform) -> None:
    """Twenty requests a second leave although each waits two seconds in vain."""
    (stack.root / "mode").write_text("silent")
    witness = Witness(platform.endpoint, stack.root / "ledger.jsonl", "silent")
    witness.start()
    with pytest.raises(Failure, match="no steady run"):
        witness.wait_until_well(1.5)
    witness.stop()
    written = entries(witness)
    passed = written[-1].sent - written[0].sent
    assert len(written) == pytest.approx(passed * 20, abs=10)
    assert {entry.status for entry in written} == {Status.UNKNOWN}
    waits = [entry.ended - entry.sent for entry in written]
    assert max(waits) < 2 + TOLERANCE
    (stack.root / "mode").write_text("good")
    found = witness.loss(time.monotonic())
    assert (found.rows, found.unknown_absent) == (0, 0)
    assert found.unknown_present == len(written)


def test_a_stopped_server_is_seen_until_it_starts(stack: Stack, platform: Platform) -> None:
    """The figure is the time that the server was away, and rows that it forgot are counted exactly."""
    witness = Witness(platform.endpoint, stack.root / "ledger.jsonl", "stopped")
    witness.start()
    witness.wait_until_well(20)
    fault = time.monotonic()
    platform.stop()
    (stack.root / "lose").write_text("7")
    time.sleep(1.5)
    platform.mode()
    away = time.monotonic() - fault
    platform.start()
    assert witness.wait_for_recovery(fault, 10)
    witness.stop()
    found = witness.recovery(fault)
    assert found.outage_seen
    assert found.seconds == pytest.approx(away, abs=TOLERANCE)
    gone = witness.loss(fault)
    acknowledged = {entry.name for entry in entries(witness) if entry.good}
    assert gone.rows == len(acknowledged - set(platform.items.values()))
    assert 6 <= gone.rows <= 7  # one of the seven may not have been acknowledged yet
    assert 0 < gone.seconds <= 0.4 + TOLERANCE
    assert witness.traffic(Kind.WRITE).unknown >= 10


def test_a_server_that_nobody_vouches_for_is_not_believed(stack: Stack, platform: Platform) -> None:
    """With another root no row is acknowledged, and none is sent."""
    other = stack.make_folder("elsewhere")
    issue(other)
    witness = Witness(Endpoint(platform.endpoint.url, str(other / "root.pem")), stack.root / "l.jsonl", "x")
    witness.start()
    with pytest.raises(Failure, match="CERTIFICATE_VERIFY_FAILED"):
        witness.wait_until_well(3)
    witness.stop()
    assert platform.items == {}


def test_a_witness_that_cannot_start_says_why(stack: Stack) -> None:
    """Its own death is no outage of the platform."""
    witness = Witness(Endpoint("https://127.0.0.1:1", "/nowhere/root.pem"), stack.root / "l.jsonl", "x")
    witness.start()
    with pytest.raises(Failure, match="the witness ended by itself"):
        witness.wait_until_well(10)
    witness.stop()


def test_a_witness_does_not_outlive_its_drill(stack: Stack, platform: Platform) -> None:
    """When the drill's process is killed, the witness ends by itself."""
    path = stack.root / "ledger.jsonl"
    endpoint = platform.endpoint
    argv = [sys.executable, "-c", ORPHAN, endpoint.url, endpoint.root, endpoint.keys, str(path)]
    subprocess.run(argv, cwd=ROOT, check=False, timeout=20)
    before = -1
    while before != (before := len(ledger.read(path))):
        time.sleep(0.5)
    time.sleep(0.5)
    assert len(ledger.read(path)) == before > 0


def test_the_endpoint_is_one_that_the_certificate_names(stack: Stack) -> None:
    """A loopback address of the certificate, with the stack's port and the stack's root."""
    found = endpoint_of(stack)
    assert found.url == "https://127.0.0.1:8443"
    assert found.root == str(stack.folder / "certs" / "root.pem")
    certificates = "'bem:certificates': {names: [bem.example], addresses: []}"
    stack.file.write_text(f"config: {{{certificates}, 'bem:load_balancer': {{https_port: 9}}}}")
    assert endpoint_of(Stack(stack.name, stack.root)).url == "https://bem.example:9"


def test_a_drill_is_measured_from_outside(stack: Stack, platform: Platform, write: Write) -> None:
    """Refused for 1.5 s and five rows lost: RTO, RPO and the sum of the ledger are in the journal."""
    path = write(fault="echo refuse > mode; echo 5 > lose", recover=MEND)
    done = drill(path, stack, platform)
    assert done.journal.state is State.PASSED, done.journal.verdict
    measured = done.journal.measured
    assert measured is not None
    assert measured.loss is not None
    assert measured.recovery.seconds == pytest.approx(1.5, abs=TOLERANCE)
    assert 4 <= measured.loss.rows <= 5
    assert measured.loss.seconds < 1
    assert measured.writes.refused >= 15
    assert measured.ledger_sha256 == sha256(done.ledger)


def test_a_wrong_word_in_a_cell_that_ends_well_is_found_out(
    stack: Stack, platform: Platform, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every cell succeeds, and from outside nothing came back: the drill fails, and cleans up."""
    monkeypatch.setattr("drills.endpoint.READ_BACK_SECONDS", 0.5)
    path = write(fault="echo refuse > mode", recover="echo goood > mode")
    path.write_text(path.read_text().replace("rto: 60s", "rto: 1s"))
    done = drill(path, stack, platform)
    assert done.journal.state is State.FAILED
    assert "RTO: requests never were steadily good again." in done.journal.verdict
    assert any("cannot be read back" in each for each in done.journal.verdict)
    assert (stack.root / "played").read_text().split()[-1] == "cleanup"
