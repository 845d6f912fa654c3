"""A drill's journal is signed when it is closed, and its report says by which key."""

from pathlib import Path
from unittest import mock

import pytest

from drills import report
from drills.evidence import Evidence, past
from drills.publication import publish
from drills.seal import sealed, try_to_seal
from operation import signature
from operation.custodian import EVIDENCE_KEY, secret_path
from operation.progress import Progress
from operation.stack import Stack
from tests.drills.conftest import Write
from tests.drills.pages.markup import taken_apart
from tests.drills.scene import drill


@pytest.fixture
def done(stack: Stack, write: Write) -> Evidence:
    """A drill that passed."""
    return drill(write(), stack)


def page(stack: Stack, done: Evidence) -> str:
    """What its page says of its evidence now."""
    publish(stack, [done])
    return taken_apart(done.report.read_text()).text("td")


def flip(path: Path) -> None:
    """One bit of one octet."""
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)


def test_closed_journal_is_signed(stack: Stack, done: Evidence) -> None:
    """The table at its end and its page say by which key."""
    words = f"signed by key {signature.name_of(signature.public_key(stack))}"
    assert sealed(stack, done) == words
    assert words in report.result(done, sealed(stack, done))
    assert words in taken_apart(done.report.read_text()).text("td")


def test_changed_journal_is_told(stack: Stack, done: Evidence) -> None:
    """On its page, whenever that is made anew."""
    flip(done.path)
    assert sealed(stack, done).startswith("journal.json was changed, or key ")
    assert "journal.json was changed" in page(stack, done)
    signature.beside(done.path).unlink()
    assert "not signed" in page(stack, done)


def test_failed_drill_is_signed_too(stack: Stack, write: Write) -> None:
    """Whatever ended it."""
    assert sealed(stack, drill(write(verify="exit 3"), stack)).startswith("signed by key ")


def test_unforeseen_error_leaves_a_signed_journal(stack: Stack, write: Write) -> None:
    """The error is raised all the same."""
    with (
        mock.patch("tests.drills.scene.Calm.recovery", side_effect=ZeroDivisionError),
        pytest.raises(ZeroDivisionError),
    ):
        drill(write(), stack)
    (left,) = past(stack)
    assert sealed(stack, left).startswith("signed by key ")


def test_journal_that_the_next_drill_closes_is_signed_anew(stack: Stack, write: Write) -> None:
    """It removes the twin that stayed, and notes that in the journal of the drill before."""
    (stack.root / "stubborn").touch()
    first = drill(write(), stack)
    before = first.path.read_bytes()
    (stack.root / "stubborn").unlink()
    drill(write(), stack)
    assert first.path.read_bytes() != before
    assert sealed(stack, first).startswith("signed by key ")


def test_key_that_is_damaged_changes_nothing_of_a_drill(
    stack: Stack, done: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and the journal is what it was."""
    before = done.path.read_bytes()
    secret_path(stack, EVIDENCE_KEY).write_text("x")
    try_to_seal(stack, done, Progress())
    assert "the evidence is not signed" in capsys.readouterr().err
    assert done.path.read_bytes() == before
    assert sealed(stack, done).startswith("signed, but not to be checked: ")
