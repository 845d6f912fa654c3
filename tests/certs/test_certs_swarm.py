"""Swarm's own certificates, as its managers show them."""

from pathlib import Path

import pytest

from certs.ca.authority import authority
from certs.endpoints import swarm
from certs.pairs.leaf import issue
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock, Files, Serve


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """Its issuing CA may sign for what managers are called."""
    return Stack("swarm", tmp_path, {"bem:certificates": {"permitted": [swarm.PARTY]}})


def test_a_manager_is_asked_as_its_nodes_ask(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """By the name that all managers have, against the Swarm's root; another name or root is a fault."""
    signer = authority(stack)
    folder = files(issue(stack, ask(names=[swarm.PARTY]), signer))
    address = f"127.0.0.1:{serve(folder)}"
    found = swarm.look(address, str(folder / "ca.pem"))
    assert (found.party, found.where, found.fault) == (swarm.PARTY, address, "")
    assert found.served is not None
    assert found.served.days_left > 0
    strange = files(issue(stack, ask(), signer))
    assert "does not verify" in swarm.look(f"127.0.0.1:{serve(strange)}", str(folder / "ca.pem")).fault


def test_an_expired_and_a_silent_one_are_faults(
    stack: Stack, ask: Ask, files: Files, serve: Serve, clock: Clock
) -> None:
    """With what a person does: Docker renews, not we."""
    with clock(-100):
        old = Stack("old", stack.root, stack.given)
        folder = files(issue(old, ask(names=[swarm.PARTY]), authority(old)))
    found = swarm.look(f"127.0.0.1:{serve(folder)}", str(folder / "ca.pem"))
    assert "expired" in found.fault
    assert "restart the daemon" in found.fault
    silent = swarm.look("127.0.0.1:1", str(folder / "ca.pem"))
    assert silent.served is None
    assert "no handshake" in silent.fault
