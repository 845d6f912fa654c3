"""A host that lost its authority or Pulumi's state, and what becomes of it."""

from pathlib import Path

import pytest

from backups import lost, switch
from backups.points import host as host_part
from infra import lost_host
from operation import leftovers
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

QUIET = Progress(quiet=True)


class Host:
    """What is lost, what a recovery point would bring, and what was done."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.point: set[str] = set()
        self.alive = True
        self.done: list[str] = []

    def bring_back(self, *_: object) -> None:
        """All that the point has."""
        self.done.append("brought back")
        self.lost = [each for each in self.lost if each not in self.point]

    def remove(self, *_: object) -> list[str]:
        """What no state knows."""
        self.done.append("removed")
        return []


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """One that had a cluster."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    stack = Stack("try", tmp_path)
    lost.remember(stack)
    return stack


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    """In the place of Docker and of the repositories."""
    found = Host()
    monkeypatch.setattr(host_part, "lost", lambda _: found.lost)
    monkeypatch.setattr(switch, "alive", lambda _: "a container" if found.alive else None)
    monkeypatch.setattr(lost_host, "bring_back_lost", found.bring_back)
    monkeypatch.setattr(leftovers, "remove_unknown", found.remove)
    return found


def test_nothing_is_lost(stack: Stack, host: Host) -> None:
    """Nobody is asked."""
    lost_host.mend(stack, QUIET)
    assert host.done == []


def test_a_stack_that_never_was_has_lost_nothing(tmp_path: Path, host: Host) -> None:
    """Its authority is made by the deployment."""
    host.lost = ["ca"]
    lost_host.mend(Stack("new", tmp_path, given={}), QUIET)
    assert host.done == []


def test_a_point_brings_both_back(stack: Stack, host: Host) -> None:
    """And nothing is removed."""
    host.lost, host.point = ["ca", "state"], {"ca", "state"}
    lost_host.mend(stack, QUIET)
    assert host.done == ["brought back"]


def test_a_state_that_no_point_has_begins_anew(stack: Stack, host: Host) -> None:
    """Names of services and networks would be taken otherwise."""
    host.lost = ["state"]
    lost_host.mend(stack, QUIET)
    assert host.done == ["brought back", "removed"]


@pytest.mark.parametrize("alive", [True, False])
def test_an_authority_that_no_point_has_is_not_made_anew(stack: Stack, host: Host, *, alive: bool) -> None:
    """Nothing is changed, and every way out is named."""
    host.lost, host.alive = ["ca", "state"], alive
    with pytest.raises(Failure, match="authority of stack try is lost") as caught:
        lost_host.mend(stack, QUIET)
    assert "removed" not in host.done
    assert "`invoke certs.init`" in caught.value.remedy
    assert "recovery kit" in caught.value.remedy
