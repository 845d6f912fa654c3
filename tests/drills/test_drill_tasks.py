"""The tasks: what they print, when they fail, and what they refuse."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from invoke.context import Context

from drills import console, document, tasks
from drills.evidence import State, past
from operation import audit, signature
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.drills import scene
from tests.drills.conftest import Write

LIGHT = """
import sys
import drills.tasks
print([name for name in ("pydantic", "httpx", "markdown_it", "docker", "pulumi") if name in sys.modules])
"""


@pytest.fixture(autouse=True)
def named(stack: Stack, write: Write) -> Iterator[None]:
    """Whatever name is given, the test's stack is meant, and runbooks are those of its checkout."""
    write()
    with (
        mock.patch.object(console, "stack_named", return_value=stack),
        mock.patch.object(console, "real_means", scene.means),
    ):
        yield


def run(**arguments: Any) -> None:
    """The task `drill`."""
    tasks.run.body(Context(), **{"name": "platform-lost", **arguments})


def test_module_is_light() -> None:
    """`invoke --list` does not wait for what a drill needs."""
    argv = [sys.executable, "-c", LIGHT]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["run", "list", "report"])
def test_every_argument_has_help(name: str) -> None:
    """No argument without its help, no task without an example."""
    task = tasks.collection[name]
    assert set(task.help) == set(inspect.signature(task.body).parameters) - {"_context"}
    assert "Example: invoke drill" in (task.__doc__ or "")
    assert tasks.collection.default == "run"


def test_a_passed_drill_ends_with_a_table(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures, objectives, verdict and the paths of evidence and report; then status 0."""
    run()
    said = capsys.readouterr().out
    assert "✓ platform-lost: passed" in said
    assert "3.0 s (objective 60 s) met" in said
    assert "0 rows, 0.0 s (objective 12 s) met" in said
    done = next(past(stack))
    assert [line.split()[1] for line in said.splitlines()[-2:]] == [str(done.path), str(done.report)]


def test_a_failed_drill_ends_with_status_1(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason stands in the table, and the exit status says it to programs."""
    write(verify="exit 4")
    with pytest.raises(Failure, match="the drill platform-lost failed") as caught:
        run()
    assert caught.value.exit_code == 1
    assert "would not do what it promises" in caught.value.meaning
    assert "verify: a-verify: ended with exit status 4" in capsys.readouterr().out


def test_a_drill_that_broke_nothing_says_nothing_about_the_runbook(write: Write, stack: Stack) -> None:
    """What ends before the fault is a failure of the drill; the audit log has one line of its reason."""
    write(confirm="exit 1")
    with pytest.raises(Failure, match="the drill platform-lost failed") as caught:
        run()
    assert "nobody knows yet whether this runbook works" in caught.value.meaning
    (line,) = audit.entries(stack)
    assert line.detail == "confirm: a-confirm: ended with exit status 1, and 0 is expected."


@pytest.mark.parametrize(("answer", "runs"), [("y", True), ("", False)])
def test_a_person_at_a_terminal_is_asked(stack: Stack, answer: str, *, runs: bool) -> None:
    """Without --yes, and only there: a timer has nobody to ask, and a program reads JSON."""
    with mock.patch("sys.stdin.isatty", return_value=True), mock.patch("builtins.input") as asked:
        asked.return_value = answer
        if runs:
            run()
        else:
            with pytest.raises(Failure, match="not agreed"):
                run()
        assert asked.call_count == 1
        assert (stack.root / "played").exists() is runs
        run(yes=True)
        run(json=True)
        assert asked.call_count == 1


def test_json_is_the_journal(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is what is kept, where it and its page are, and who signed it."""
    run(json=True)
    captured, done = capsys.readouterr(), next(past(stack))
    signed = f"signed by key {signature.name_of(signature.public_key(stack))}"
    paths = {"evidence": str(done.path), "report": str(done.report), "signature": signed}
    assert json.loads(captured.out) == {**json.loads(done.path.read_text()), **paths}
    assert captured.err == ""


def test_a_dry_run_executes_nothing(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Every cell is shown, none has run, and no evidence is left."""
    run(dry_run=True)
    said = capsys.readouterr().out
    assert "# recover: a-recover (platform-lost.md:" in said
    assert "  echo recover >> played" in said
    run(dry_run=True, json=True)
    cells = json.loads(capsys.readouterr().out)["cells"]
    assert [cell["phase"] for cell in cells] == list(document.PHASES)
    assert not (stack.root / "played").exists()
    assert list(past(stack)) == []


def test_a_faulty_runbook_is_refused_before_anything_breaks(stack: Stack, write: Write) -> None:
    """A syntax error in the last cell keeps the first from running, and no twin is made."""
    write(cleanup="fi")
    with pytest.raises(Failure, match="bash refuses this") as caught:
        run()
    assert caught.value.exit_code == 2
    assert not (stack.root / "played").exists()
    assert not (stack.root / "twin").exists()


def test_an_unknown_runbook_is_refused() -> None:
    """The nearest name is given."""
    with pytest.raises(Failure) as caught:
        run(name="platform-lots")
    assert "did you mean 'platform-lost'?" in str(caught.value)


def test_the_list_tells_objectives_and_the_last_result(
    stack: Stack, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never drilled, passed, killed; a faulty runbook is in the list with its fault."""
    tasks.listing.body(Context())
    assert "never drilled" in capsys.readouterr().out
    run()
    capsys.readouterr()
    tasks.listing.body(Context())
    said = capsys.readouterr().out
    assert "RTO 60 s, RPO 12 s, weekly" in said
    assert "UTC: passed, RTO 3.0 s" in said
    assert f"report {next(past(stack)).report}" in said
    last = next(past(stack))
    last.journal.state = State.RUNNING
    last.save()
    tasks.listing.body(Context())
    assert "UTC: interrupted" in capsys.readouterr().out
    last.journal.state = State.PASSED
    last.save()
    write(recover="fi")
    tasks.listing.body(Context(), json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["title"], row["last"], row["last_rto"]) == ("platform-lost", None, "passed", 3.0)
    assert "bash refuses this" in row["fault"]
    assert row["report"] == str(last.report)
