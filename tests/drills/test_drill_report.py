"""`drill.report`: which drill is meant, what is written, and what is said of it."""

import json
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from invoke.context import Context

from drills import report_console, tasks
from drills.evidence import Evidence
from drills.publication import index_of
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.drills.pages import samples


@pytest.fixture(autouse=True)
def named(stack: Stack) -> Iterator[None]:
    """Whatever name is given, the test's stack is meant."""
    with mock.patch.object(report_console, "stack_named", return_value=stack):
        yield


@pytest.fixture
def drills(stack: Stack) -> list[Evidence]:
    """Two of one runbook and an older one of another, the newest first; none has a page."""
    old, new = (samples.kept(stack, each) for each in samples.many(2, "volume-lost"))
    oldest = samples.kept(stack, samples.many(3, "host-lost")[0])
    return [new, old, oldest]


def report(**arguments: Any) -> None:
    """The task."""
    tasks.report.body(Context(), **arguments)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--name", "host-lost", "--open", "--json"), 2, "there is no stack 'nowhere'"),
        (("host-lost",), 2, "there is no task `host-lost`"),
    ],
)
def test_the_command_line(words: tuple[str, ...], status: int, said: str) -> None:
    """Invoke knows no word that may be left out, so the name is an option."""
    argv = [sys.executable, "-m", "invoke", "drill.report", "--stack", "nowhere", *words]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, said in done.stderr) == (status, True)


def written(drills: list[Evidence]) -> list[bool]:
    """Which of them have a page."""
    return [each.report.exists() for each in drills]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [True, False, False]),
        ({"last": True}, [True, False, False]),
        ({"name": "volume-lost"}, [True, False, False]),
        ({"name": "host-lost"}, [False, False, True]),
        ({"all": True}, [True, True, True]),
    ],
)
def test_which_drill_is_meant(
    stack: Stack, drills: list[Evidence], arguments: dict[str, Any], expected: list[bool]
) -> None:
    """The newest of a runbook, the newest of all, or each; the index is written every time."""
    report(**arguments)
    assert written(drills) == expected
    assert index_of(stack).exists()


def test_one_drill_by_its_folder(drills: list[Evidence]) -> None:
    """As the message of a failed report names it."""
    report(name=drills[1].folder.name)
    assert written(drills) == [False, True, False]


def test_paths_are_told(stack: Stack, drills: list[Evidence], capsys: pytest.CaptureFixture[str]) -> None:
    """For a person and for a program."""
    report()
    assert capsys.readouterr().out == f"report  {drills[0].report}\nindex   {index_of(stack)}\n"
    report(json=True)
    said = json.loads(capsys.readouterr().out)
    assert said == {"reports": [str(drills[0].report)], "index": str(index_of(stack))}


def test_writing_again_gives_the_same(drills: list[Evidence]) -> None:
    """A page depends on its evidence and on nothing else."""
    report()
    before = drills[0].report.read_bytes()
    report()
    assert drills[0].report.read_bytes() == before


def test_no_drill_yet(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The index says so; a name is refused."""
    report()
    assert capsys.readouterr().out == f"index   {index_of(stack)}\n"
    assert "No drill has been done yet" in index_of(stack).read_text()
    with pytest.raises(Failure, match="there is no drill of 'host-lost'") as caught:
        report(name="host-lost")
    assert (caught.value.exit_code, caught.value.remedy) == (2, "`invoke drill host-lost` makes one.")


def test_an_unknown_name_is_refused(drills: list[Evidence]) -> None:
    """The nearest is named, and nothing is written."""
    with pytest.raises(Failure, match="there is no drill of 'volum-lost'") as caught:
        report(name="volum-lost")
    assert (caught.value.exit_code, caught.value.remedy) == (2, "did you mean 'volume-lost'?")
    assert not any(written(drills))


@pytest.mark.parametrize(
    "arguments",
    [{"name": "host-lost", "last": True}, {"name": "host-lost", "all": True}, {"last": True, "all": True}],
)
def test_two_choices_are_refused(drills: list[Evidence], arguments: dict[str, Any]) -> None:
    """Neither is preferred in silence."""
    with pytest.raises(Failure, match="exclude each other"):
        report(**arguments)
    assert not any(written(drills))


def test_a_full_disk_is_told(drills: list[Evidence]) -> None:
    """A sentence, and no trace."""
    assert drills
    full = OSError(28, "No space left on device", "report.html")
    with (
        mock.patch("drills.publication.write_private", side_effect=full),
        pytest.raises(Failure, match=r"report.html cannot be written \(No space left on device\)") as caught,
    ):
        report()
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(("arguments", "of_index"), [({}, False), ({"all": True}, True)])
def test_open_shows_the_page(
    stack: Stack, drills: list[Evidence], arguments: dict[str, Any], *, of_index: bool
) -> None:
    """One drill's page; the index when there are more."""
    with mock.patch.object(webbrowser, "open", return_value=True) as opened:
        report(open=True, **arguments)
    path = index_of(stack) if of_index else drills[0].report
    opened.assert_called_once_with(path.as_uri())


def test_without_a_browser_the_path_is_told(drills: list[Evidence]) -> None:
    """The pages are written all the same."""
    with mock.patch.object(webbrowser, "open", return_value=False), pytest.raises(Failure) as caught:
        report(open=True)
    assert str(drills[0].report) in caught.value.remedy
    assert written(drills)[0]
