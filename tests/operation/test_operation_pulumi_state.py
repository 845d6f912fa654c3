"""A state that was cut short is replaced by its newest whole copy."""

import os
from pathlib import Path

import pytest

from operation.progress import Progress
from operation.pulumi_state import mend, state_path
from operation.stack import Stack

WHOLE = '{"version": 3, "checkpoint": {"latest": {"resources": []}}}'


def state(stack: Stack, text: str) -> Path:
    """The state file with that content."""
    path = state_path(stack)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def copy(stack: Stack, name: str, text: str, at: int) -> None:
    """One of Pulumi's own copies, of that age."""
    path = stack.make_folder("pulumi", ".pulumi", "backups", "bem", stack.name) / name
    path.write_text(text)
    os.utime(path, (at, at))


def test_a_whole_state_is_left_alone(stack: Stack) -> None:
    """The usual case, and a stack without a state."""
    assert not mend(stack, Progress(quiet=True))
    path = state(stack, WHOLE)
    assert not mend(stack, Progress(quiet=True))
    assert path.read_text() == WHOLE


def test_the_newest_whole_copy_takes_its_place(stack: Stack) -> None:
    """Copies that are cut short themselves are passed over; the broken file is kept."""
    path = state(stack, "")
    copy(stack, "try.1.json", WHOLE.replace("3", "1"), at=1)
    copy(stack, "try.2.json", WHOLE.replace("3", "2"), at=2)
    copy(stack, "try.3.json", WHOLE[:20], at=3)
    assert mend(stack, Progress(quiet=True))
    assert path.read_text() == WHOLE.replace("3", "2")
    assert path.with_suffix(".json.broken").exists()


def test_without_a_copy_it_is_made_anew(stack: Stack) -> None:
    """A first deployment that was killed in its first write."""
    path = state(stack, '{"version"')
    assert mend(stack, Progress(quiet=True))
    assert not path.exists()


@pytest.mark.parametrize("place", ["", "locks", "history"])
def test_a_note_that_was_cut_short_goes(stack: Stack, place: str) -> None:
    """Pulumi could not open the stack, whatever the note is on; a whole note stays."""
    path = state(stack, WHOLE)
    folder = stack.make_folder("pulumi", ".pulumi", place) if place else path.parent
    broken, whole = folder / "try.json.attrs", path.with_name("try.json.bak.attrs")
    broken.write_text("")
    whole.write_text('{"user.content_type": "application/json"}')
    assert mend(stack, Progress(quiet=True))
    assert (path.read_text(), broken.exists(), whole.exists()) == (WHOLE, False, True)
