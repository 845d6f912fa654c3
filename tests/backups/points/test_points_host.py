"""What a host lost of a stack: its authority, and the state of what runs."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from backups.points import host
from operation import leftovers
from operation.custodian import write_private
from operation.pulumi_state import state_path
from operation.stack import Stack


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """With an authority, and a service that runs."""
    stack = Stack("try", tmp_path, given={})
    stack.make_folder("certs")
    write_private(stack.folder / host.AUTHORITY, b"a certificate")
    monkeypatch.setattr(leftovers, "services", lambda _: [SimpleNamespace(id="s1")])
    return stack


def keep(stack: Stack, content: str) -> None:
    """A state of Pulumi's."""
    path = state_path(stack)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def knowing(*ids: str) -> str:
    """A state that knows these objects of Docker's."""
    return json.dumps({"checkpoint": {"latest": {"resources": [{"id": each} for each in ids]}}})


def test_a_state_that_knows_a_service_is_there(stack: Stack) -> None:
    """One is enough: what is missing beside it was never written down."""
    keep(stack, knowing("n1", "s1"))
    assert host.lost(stack) == []


@pytest.mark.parametrize("content", [None, knowing(), knowing("n1")])
def test_a_state_that_knows_no_service_is_lost(stack: Stack, content: str | None) -> None:
    """A set-up made an empty one, or a deployment failed with it."""
    if content is not None:
        keep(stack, content)
    assert host.lost(stack) == [host.STATE]


def test_a_state_that_was_cut_short_is_not_lost(stack: Stack) -> None:
    """A deployment puts its copy in its place."""
    keep(stack, '{"checkpoint"')
    assert host.lost(stack) == []


def test_nothing_runs(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """No state is missed; the authority is."""
    monkeypatch.setattr(leftovers, "services", lambda _: [])
    (stack.folder / host.AUTHORITY).unlink()
    assert host.lost(stack) == [host.CA]
