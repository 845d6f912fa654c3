"""Phases in their order, clean-up whatever happens, and a journal that is true at every moment."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
import pytest

from drills.evidence import Evidence, State, past
from operation import audit
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.drills.conftest import Write
from tests.drills.scene import drill

SLOW = "echo began >> played; sleep 30"


def played(stack: Stack) -> list[str]:
    """What the cells wrote, in their order."""
    path = stack.root / "played"
    return path.read_text().split() if path.exists() else []


def outcomes(done: Evidence) -> dict[str, str]:
    """Outcome of each step, by `phase: name`."""
    return {f"{step.phase}: {step.name}": step.outcome for step in done.journal.steps}


def journal_of(stack: Stack) -> dict[str, Any]:
    """The newest journal, as it lies on the disk."""
    path = max((stack.folder / "evidence").glob("*/journal.json"))
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@contextmanager
def begun(path: Path, stack: Stack, word: str = "began") -> Iterator["subprocess.Popen[str]"]:
    """A drill in a process of its own, whose slow cell has begun."""
    argv = [sys.executable, "-m", "tests.drills.scene", str(path)]
    with subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 20
            while word not in played(stack):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


def test_a_good_runbook_passes(stack: Stack, write: Write) -> None:
    """All phases in their order, the twin gone, the verdict empty, and an audit line in production."""
    done = drill(write(), stack)
    assert played(stack) == ["confirm", "fault", "recover", "verify", "cleanup"]
    assert not (stack.root / "twin").exists()
    journal = journal_of(stack)
    assert (journal["state"], journal["verdict"]) == ("passed", [])
    assert journal["versions"] == {"nothing": "1.0"}
    assert journal["fault_at"].endswith("Z")
    assert journal["measured"]["recovery"] == {"outage_seen": True, "seconds": 3.0}
    assert set(outcomes(done).values()) == {"passed"}
    (line,) = audit.entries(stack)
    assert (line.what, line.outcome) == ("drill platform-lost", "succeeded")


def test_cells_find_the_twin_and_never_production(stack: Stack, write: Write) -> None:
    """Every variable that names a stack names the twin, and the fault knows that this is a drill."""
    names = 'echo "$PULUMI_STACK $BEM_STACK $OF_THE_TWIN ${BEM_DRILL:?}"'
    done = drill(write(recover=names), stack)
    (step,) = [each for each in done.journal.steps if each.name == "a-recover"]
    assert step.output.split()[:3] == ["twin-of-nothing"] * 3
    assert step.argv[-1] == f"{names}\n"


def test_what_cannot_be_confirmed_is_not_broken(stack: Stack, write: Write) -> None:
    """Without its confirmation a drill makes no fault, and cleans up."""
    done = drill(write(confirm="exit 1"), stack)
    assert played(stack) == ["cleanup"]
    assert done.journal.state is State.FAILED
    assert done.journal.fault_at is None
    assert done.journal.verdict == ["confirm: a-confirm: ended with exit status 1, and 0 is expected."]
    assert not (stack.root / "twin").exists()


@pytest.mark.parametrize("phase", ["fault", "recover", "verify"])
def test_a_wrong_step_fails_the_drill(stack: Stack, write: Write, phase: str) -> None:
    """Nothing behind the wrong step runs but the clean-up."""
    done = drill(write(**{phase: "invoke restor --latest; exit 9"}), stack)
    order = ["confirm", "fault", "recover", "verify"]
    assert played(stack) == [*order[: order.index(phase)], "cleanup"]
    assert done.journal.state is State.FAILED
    assert any(reason.startswith(f"{phase}: a-{phase}: ended with exit") for reason in done.journal.verdict)
    assert not (stack.root / "twin").exists()
    assert audit.entries(stack)[-1].outcome == "failed"


def test_an_expected_exit_status_is_no_failure(stack: Stack, write: Write) -> None:
    """A cell may have to fail."""
    path = write(recover="exit 3", attributes={"recover": ', "exit": 3'})
    assert drill(path, stack).journal.state is State.PASSED


def test_an_unexpected_success_is_a_failure(stack: Stack, write: Write) -> None:
    """A cell that has to fail and does not is wrong too."""
    path = write(recover="true", attributes={"recover": ', "exit": 3'})
    assert drill(path, stack).journal.state is State.FAILED


@pytest.mark.parametrize(("printed", "state"), [("all is well", State.PASSED), ("all is bad", State.FAILED)])
def test_expected_output(stack: Stack, write: Write, printed: str, state: State) -> None:
    """Exit status 0 without the expected words is not enough."""
    path = write(verify=f"echo {printed} >&2", attributes={"verify": ', "contains": "is well"'})
    assert drill(path, stack).journal.state is state


@pytest.mark.slow
def test_a_hanging_step_fails_in_its_time(stack: Stack, write: Write) -> None:
    """The limit of the cell ends it; the clean-up follows."""
    started = time.monotonic()
    done = drill(write(recover="sleep 60", attributes={"recover": ', "timeout": "1s"'}), stack)
    assert time.monotonic() - started < 10
    assert "recover: a-recover: was ended after 1 s, its limit." in done.journal.verdict
    assert played(stack)[-1] == "cleanup"


def test_a_clean_up_that_fails_fails_the_drill(stack: Stack, write: Write) -> None:
    """The twin is removed all the same, and the journal says what was left undone."""
    done = drill(write(cleanup="exit 1"), stack)
    assert done.journal.state is State.FAILED
    assert outcomes(done)["cleanup: a-cleanup"] == "failed"
    assert outcomes(done)["cleanup: destroy the twin"] == "passed"


def test_a_twin_that_stays_fails_the_drill(stack: Stack, write: Write) -> None:
    """Nobody finds a forgotten twin a month later."""
    (stack.root / "stubborn").touch()
    done = drill(write(), stack)
    assert done.journal.verdict == ["cleanup: destroy the twin: the twin does not want to go."]


@pytest.mark.parametrize(("script", "kept"), [("exit 1", True), ("true", False)])
def test_keep_keeps_a_twin_that_failed_only(stack: Stack, write: Write, script: str, *, kept: bool) -> None:
    """What passed is of no more use."""
    done = drill(write(verify=script), stack, keep=True)
    assert (stack.root / "twin").exists() is kept
    assert done.journal.twin_kept is kept


def test_secrets_do_not_reach_the_journal(stack: Stack, write: Write) -> None:
    """A cell that prints a secret leaves the secret's name in the evidence."""
    drill(write(verify="cat .ops/drl-test/secrets/s3-secret-key"), stack)
    text = json.dumps(journal_of(stack), ensure_ascii=False)
    assert "very-secret-value" not in text
    assert "«s3-secret-key»" in text


def test_a_kill_leaves_a_truthful_journal(stack: Stack, write: Write) -> None:
    """After kill -9 the journal says what had passed, and that the rest was under way."""
    with begun(write(recover=SLOW), stack) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        journal = journal_of(stack)
    assert (journal["state"], journal["twin"], journal["ended_at"]) == ("running", "twin-of-nothing", None)
    steps = {step["name"]: step["outcome"] for step in journal["steps"]}
    assert steps["a-fault"] == "passed"
    assert steps["a-recover"] == "running"
    assert "a-verify" not in steps


def test_the_next_drill_cleans_up_after_a_kill(stack: Stack, write: Write) -> None:
    """The twin of the killed drill goes, and its journal is closed; a drill that ended is left alone."""
    with begun(write(recover=SLOW), stack) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (stack.root / "twin").exists()
    drill(write(), stack)
    states = {each.journal.state for each in past(stack)}
    assert states == {State.PASSED, State.INTERRUPTED}
    assert not (stack.root / "twin").exists()


def test_the_next_drill_removes_a_twin_that_did_not_go(stack: Stack, write: Write) -> None:
    """A kept twin stays; one that could not be removed is tried again, and its journal says so."""
    (stack.root / "stubborn").touch()
    drill(write(), stack)
    (stack.root / "stubborn").unlink()
    (before,) = past(stack)
    assert before.journal.left_behind
    drill(write(confirm="exit 1"), stack, keep=True)
    assert not any(each.journal.left_behind for each in past(stack))
    assert (stack.root / "twin").exists()


def test_a_twin_has_its_name_in_the_journal_before_it_is_made(stack: Stack, write: Write) -> None:
    """After kill -9 in the middle of its making, the next drill knows what to remove."""
    (stack.root / "slow").touch()
    with begun(write(), stack) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    (stack.root / "slow").unlink()
    assert (journal_of(stack)["state"], journal_of(stack)["twin"]) == ("running", "twin-of-nothing")
    assert (stack.root / "twin").exists()
    drill(write(confirm="exit 1"), stack)
    assert not any(each.journal.left_behind for each in past(stack))
    assert not (stack.root / "twin").exists()


@pytest.mark.slow
def test_an_interruption_while_the_twin_is_made_removes_it(stack: Stack, write: Write) -> None:
    """Nothing was played on it, so there is nothing to clean up but itself."""
    (stack.root / "slow").touch()
    with begun(write(), stack) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 1
    steps = {step["name"]: step["outcome"] for step in journal_of(stack)["steps"]}
    assert steps == {"make": "interrupted", "destroy the twin": "passed"}
    assert not (stack.root / "twin").exists()


def test_a_twin_that_cannot_be_made_fails_the_drill(stack: Stack, write: Write) -> None:
    """The reason is the verdict, in one line of the audit log; the half of it that was there is removed."""
    (stack.root / "hopeless").touch()
    done = drill(write(), stack)
    assert done.journal.verdict == ["twin: make: the backups cannot be restored:\n    no room"]
    assert [line.detail for line in audit.entries(stack)] == ["twin: make: the backups cannot be restored:"]
    assert played(stack) == []
    assert not (stack.root / "twin").exists()


@pytest.mark.slow
def test_the_next_drill_ends_what_a_killed_one_left_running(stack: Stack, write: Write) -> None:
    """A restore that goes on would work on a twin that is being removed; and the audit log gets its line."""
    script = "(trap '' TERM; echo $BASHPID > orphan; echo began >> played; sleep 30; echo late >> played)"
    with begun(write(recover=script), stack) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    orphan = int((stack.root / "orphan").read_text())
    assert psutil.pid_exists(orphan)
    with mock.patch("drills.orphans.GRACE_SECONDS", 0.2):
        drill(write(), stack)
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE
    killed = audit.entries(stack)[0]
    assert (killed.outcome, killed.detail) == ("interrupted", "the drill's process was killed.")
    assert killed.seconds < 10


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_cleans_up(stack: Stack, write: Write, number: signal.Signals) -> None:
    """Ctrl-C ends the running cell, and the clean-up runs and is recorded."""
    with begun(write(recover=SLOW), stack) as process:
        process.send_signal(number)
        assert process.wait(20) == 1
    journal = journal_of(stack)
    assert journal["state"] == "interrupted"
    assert journal["verdict"][0] == "the drill was interrupted."
    steps = {step["name"]: step["outcome"] for step in journal["steps"]}
    assert steps["a-recover"] == "interrupted"
    assert steps["a-cleanup"] == steps["destroy the twin"] == "passed"
    assert played(stack)[-1] == "cleanup"
    assert audit.entries(stack)[-1].outcome == "interrupted"


@pytest.mark.slow
def test_a_second_interruption_is_told_to_wait(stack: Stack, write: Write) -> None:
    """The clean-up goes on to its end."""
    path = write(recover=SLOW, cleanup="echo cleaning >> played; sleep 1; echo cleaned >> played")
    with begun(path, stack) as process:
        process.send_signal(signal.SIGINT)
        while "cleaning" not in played(stack):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert "clean-up is under way" in said
    assert played(stack)[-1] == "cleaned"
    assert not (stack.root / "twin").exists()


@pytest.mark.slow
def test_one_drill_at_a_time(stack: Stack, write: Write) -> None:
    """A second drill of the same stack is refused and touches nothing; the stack itself is not locked."""
    from operation.lock import locked  # noqa: PLC0415

    path = write(recover=SLOW)
    with begun(path, stack) as process:
        with pytest.raises(Failure, match="a drill of stack drl-test is under way") as caught:
            drill(path, stack)
        with locked(stack, "backup"):
            pass
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert caught.value.exit_code == 3
    assert len(list(past(stack))) == 1
