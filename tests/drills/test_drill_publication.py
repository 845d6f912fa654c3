"""The pages of drills: written at every end, replaced in one step, and never in the way of a drill."""

import stat
import threading
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest

from drills import publication
from drills.evidence import REPORT, State, past
from drills.publication import index_of, publish
from drills.turn import KILLED, alone, settled
from operation.progress import Progress
from operation.stack import Stack
from tests.drills.conftest import Write
from tests.drills.pages import samples
from tests.drills.pages.markup import taken_apart
from tests.drills.scene import drill


@pytest.mark.parametrize(
    ("phase", "script", "word"),
    [("recover", "true", "PASSED"), ("verify", "exit 3", "FAILED"), ("confirm", "exit 3", "FAILED")],
)
def test_a_drill_ends_with_its_page(stack: Stack, write: Write, phase: str, script: str, word: str) -> None:
    """However it ended; the index names it, and only its owner can read either."""
    done = drill(write(**{phase: script}), stack)
    page = taken_apart(done.report.read_text())
    assert word in page.text("p")
    index = taken_apart(index_of(stack).read_text())
    assert [tag.attributes["href"] for tag in index.named("a")] == [f"{done.folder.name}/{REPORT}"]
    for path in (done.report, index_of(stack)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_unforeseen_error_leaves_a_page_too(stack: Stack, write: Write) -> None:
    """The error is raised all the same."""
    with (
        mock.patch("tests.drills.scene.Calm.recovery", side_effect=ZeroDivisionError),
        pytest.raises(ZeroDivisionError),
    ):
        drill(write(), stack)
    (done,) = past(stack)
    assert "FAILED" in done.report.read_text()


def test_an_interrupted_drill_ends_with_its_page(stack: Stack, write: Write) -> None:
    """Ctrl-C in the middle of the recovery."""
    with mock.patch("drills.runner.Drill._read_back", side_effect=KeyboardInterrupt):
        done = drill(write(), stack)
    assert "INTERRUPTED" in done.report.read_text()


def test_a_killed_drill_gets_its_page_from_the_next(stack: Stack, write: Write) -> None:
    """Nobody was left to write it."""
    killed = samples.kept(stack, samples.journal(state=State.RUNNING, twin="", ended_at=None))
    assert not killed.report.exists()
    drill(write(), stack)
    assert "was killed" in killed.report.read_text()
    assert len(taken_apart(index_of(stack).read_text()).named("a")) == 4  # two drills, two ways to a runbook


def test_a_page_that_cannot_be_written_changes_no_outcome(stack: Stack, write: Write) -> None:
    """It is told, with the command that tries again."""
    told = StringIO()
    with mock.patch.object(publication, "write_private", side_effect=OSError(28, "No space left on device")):
        done = drill(write(), stack, progress=Progress(stream=told))
    assert done.journal.state is State.PASSED
    assert not done.report.exists()
    assert "the report could not be written (OSError: [Errno 28] No space left on device)" in told.getvalue()
    assert f"`invoke drill.report --name {done.folder.name}` tries again" in told.getvalue()


def test_the_index_is_whole_at_every_moment(stack: Stack) -> None:
    """Somebody reads it again and again while it is written again and again."""
    done = samples.kept(stack, samples.journal())
    publish(stack, [done])
    ended, seen = threading.Event(), set()

    def look() -> None:
        while not ended.is_set():
            seen.add(index_of(stack).read_text())

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(30):
        publish(stack, [])
    ended.set()
    reader.join()
    assert seen == {index_of(stack).read_text()}
    assert [path.name for path in index_of(stack).parent.iterdir() if path.is_file()] == ["index.html"]


def test_a_failed_write_leaves_the_old_index(stack: Stack) -> None:
    """Nothing half, and no file beside it."""
    publish(stack, [samples.kept(stack, samples.journal())])
    before = index_of(stack).read_text()
    samples.kept(stack, samples.journal())
    with (
        mock.patch.object(Path, "replace", side_effect=OSError(28, "full")),
        pytest.raises(OSError, match="full"),
    ):
        publish(stack, [])
    assert index_of(stack).read_text() == before
    assert len(list(index_of(stack).parent.glob("tmp*"))) == 0


def test_only_what_nobody_is_at_was_killed(stack: Stack) -> None:
    """While a drill holds its lock it is under way; nothing is saved either way."""
    left = samples.kept(stack, samples.journal(state=State.RUNNING))
    with alone(stack):
        assert [each.journal.state for each in settled(stack, past(stack))] == [State.RUNNING]
    assert [each.journal.verdict for each in settled(stack, past(stack))] == [[KILLED]]
    assert next(past(stack)).journal.state is State.RUNNING
    assert left.path.exists()
