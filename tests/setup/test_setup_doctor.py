"""The doctor: each part and check has its line, nothing that hangs or breaks holds up the rest."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import pytest

from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.setup.test_setup_run import Pretended
from toolchain import doctor
from toolchain.checks import host, of_stack
from toolchain.checks.check import Check, Verdict, healthy, unhealthy, warning
from toolchain.checks.question import Question, answers


def test_parts_are_healthy_or_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Every part has its line, also in a narrow window; the status is 1 as soon as one is not healthy."""
    groups = answers(doctor.of_parts((Pretended("good"), Pretended("bad", lacking=1))))
    assert [each.verdict for each in groups["toolchain"]] == [Verdict.HEALTHY, Verdict.UNHEALTHY]
    assert doctor.exit_code(groups) == 1
    for columns in ("140", "40"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COLUMNS", columns)
            doctor.show(groups)
        shown = capsys.readouterr().out
        assert "do: not there" in shown
        assert "1 healthy, 0 warning, 1 unhealthy" in shown
        assert max(map(len, shown.splitlines())) <= int(columns)


def test_warning_is_no_error() -> None:
    """Only what is unhealthy makes the exit status 1."""
    assert doctor.exit_code({"host": [healthy("a", "1"), warning("b", "2", "look")]}) == 0
    assert doctor.exit_code({"host": [unhealthy("c", "3", "mend")]}) == 1


def test_for_programs() -> None:
    """JSON with a verdict, and in each group every line with what was found and what to do."""
    groups = answers(doctor.of_parts((Pretended("bad", lacking=1),)))
    facts = json.loads(doctor.as_json(groups))
    assert facts["healthy"] is False
    assert facts["toolchain"] == [
        {"name": "bad", "verdict": "unhealthy", "found": "", "remedy": "not there", "origin": "missing"}
    ]


def test_what_hangs_is_left_behind() -> None:
    """A question without an answer is unhealthy after the time limit; the others are answered."""
    never = threading.Event()

    def hang() -> Sequence[Check]:
        never.wait()
        return ()

    started = time.monotonic()
    groups = answers((Question("host", "stuck", hang), Question("host", "fine", _fine)), seconds=0.2)
    assert time.monotonic() - started < 2
    never.set()
    assert [(each.name, each.verdict) for each in groups["host"]] == [
        ("stuck", Verdict.UNHEALTHY),
        ("fine", Verdict.HEALTHY),
    ]


def _fine() -> Sequence[Check]:
    return [healthy("fine", "1")]


@pytest.mark.parametrize(
    ("error", "found", "remedy"),
    [
        (Failure("no answer.", remedy="start it."), "no answer.", "start it."),
        (ImportError(name="cryptography"), "lacks cryptography", "remove .venv"),
        (RuntimeError("odd"), "RuntimeError: odd", "not foreseen"),
    ],
)
def test_what_breaks_is_a_line(error: Exception, found: str, remedy: str) -> None:
    """A failure, a missing library, an error that nobody foresaw: one line each, and no traceback."""

    def fail() -> Sequence[Check]:
        raise error

    ((only,),) = answers((Question("host", "broken", fail),)).values()
    assert only.verdict is Verdict.UNHEALTHY
    assert found in only.found
    assert remedy in only.remedy


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lost", "words"), [("pydantic", "lacks pydantic"), ("rich", "✓  Python"), ("docker", "lacks docker")]
)
def test_environment_that_lost_a_library(lost: str, words: str) -> None:
    """It is named, or done without; never a traceback."""
    code = (
        "import runpy, sys; sys.modules[sys.argv.pop(1)] = None; "
        "runpy.run_module('toolchain.doctor', {}, '__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, lost], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert words in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_without_docker_everything_else_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A dead socket costs its own lines only, and no time."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path_factory.mktemp('dead')}/none.sock")
    stack = Stack("nobody", tmp_path_factory.mktemp("checkout"))
    groups = answers((*host.questions(), *of_stack.questions(stack)), seconds=20)
    told = {each.name: each for checks in groups.values() for each in checks}
    assert "does not answer" in told["Docker's own words"].found
    assert {"kernel", "iptables", "cgroups", "checkout's disk", "clock is kept"} <= told.keys()
    assert "no stack 'nobody'" in told["stack's file"].found
    assert told["permissions"].verdict is told["Pulumi's state"].verdict is Verdict.HEALTHY
    assert not stack.folder.exists(), "the doctor makes nothing"
