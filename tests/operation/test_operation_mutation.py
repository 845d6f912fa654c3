"""Each change leaves one audit line, however it ends."""

import pytest

from operation import audit
from operation.failure import Failure
from operation.mutation import mutation
from operation.stack import Stack


def test_a_change_leaves_one_line(stack: Stack) -> None:
    """Who, what, when, how long, outcome."""
    with mutation(stack, "up") as outcome:
        outcome.detail = "3 created"
    [entry] = audit.entries(stack)
    assert (entry.what, entry.outcome, entry.detail) == ("up", "succeeded", "3 created")
    assert entry.who == audit.actor()
    assert entry.seconds >= 0


@pytest.mark.parametrize(
    ("error", "outcome", "detail"),
    [
        (Failure("no room.\n  second line"), "failed", "no room."),
        (ValueError("odd"), "failed", "ValueError: odd"),
        (KeyboardInterrupt(), "interrupted", "KeyboardInterrupt: "),
    ],
)
def test_a_change_that_fails_says_so(stack: Stack, error: BaseException, outcome: str, detail: str) -> None:
    """The error goes on, and its first sentence is in the line."""
    with pytest.raises(type(error)), mutation(stack, "up"):
        raise error
    [entry] = audit.entries(stack)
    assert (entry.outcome, entry.detail) == (outcome, detail)


def test_a_line_cut_short_by_a_power_loss_is_passed_over(stack: Stack) -> None:
    """The others are still read."""
    with mutation(stack, "up"):
        pass
    path = stack.folder / "audit.jsonl"
    path.write_text(path.read_text() + '{"at": "2026-11-2')
    assert len(audit.entries(stack)) == 1


def test_the_log_belongs_to_its_owner(stack: Stack) -> None:
    """0600 in a folder of 0700."""
    with mutation(stack, "up"):
        pass
    assert (stack.folder / "audit.jsonl").stat().st_mode & 0o777 == 0o600
    assert stack.folder.stat().st_mode & 0o777 == 0o700


def test_sudo_does_not_hide_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account behind sudo is named."""
    monkeypatch.setenv("SUDO_USER", "alice")
    assert audit.actor().endswith("(for alice)")
    monkeypatch.delenv("SUDO_USER")
    assert "for" not in audit.actor()
