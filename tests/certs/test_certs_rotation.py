"""Rotations of CAs: in each phase both sides verify, and a kill between any two steps costs nothing."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509

from certs.ca.authority import ROOT_KEY, authority, root_path
from certs.ca.signature import pem
from certs.pairs.leaf import Leaf
from certs.pairs.statement import serial_of
from certs.pairs.store import ensure, present
from certs.revocation import lists
from certs.rotation import rotation, successor, transition
from certs.rotation.rotation import PHASES, Ca, rotate, under_way
from certs.serving.distribution import Step
from certs.serving.renewal import Say
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask

CAS: tuple[Ca, ...] = ("issuing", "root")


@contextmanager
def step(_name: str) -> Iterator[Say]:
    """A step that nobody watches."""
    yield lambda _words: None


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, stack: Stack, ask: Ask) -> list[str]:
    """No servers here: what a distribution would bring is noted, and parties get their pairs."""
    brought: list[str] = []

    def distribute(found: Stack, _step: Step) -> None:
        brought.append(ensure(found, ask()).serial)
        lists.current(found)

    monkeypatch.setattr(rotation, "distribute", distribute)
    monkeypatch.setattr(rotation, "verified", lambda _stack, _step: None)
    ensure(stack, ask())
    return brought


def verifies(leaf: Leaf, stack: Stack, folder: Path) -> str:
    """What openssl says of a leaf, as a server with this delivery would see it; empty when it is well."""
    anchors, void, chain = folder / "anchors.pem", folder / "lists.pem", folder / "chain.pem"
    anchors.write_bytes(authority(stack).anchors)
    void.write_bytes(lists.current(stack))
    chain.write_bytes(leaf.chain)
    argv = ["openssl", "verify", "-crl_check_all", "-CAfile", str(anchors), "-CRLfile", str(void)]
    said = subprocess.run(
        [*argv, "-untrusted", str(chain), str(chain)], capture_output=True, text=True, check=False
    )
    return "" if said.returncode == 0 else said.stderr


@pytest.mark.parametrize("ca", CAS)
def test_old_and_new_leaves_verify_until_the_old_is_dropped(
    stack: Stack, ask: Ask, quiet: list[str], tmp_path: Path, ca: Ca
) -> None:
    """By openssl, with revocation lists for the whole chain, after each phase."""
    old, former = ensure(stack, ask()), successor.present(stack, ca)
    assert verifies(old, stack, tmp_path) == ""
    assert rotate(stack, ca, step, through="trust") == ["trust"]
    assert successor.present(stack, ca) == former
    assert verifies(old, stack, tmp_path) == ""
    assert rotate(stack, ca, step, through="issue") == ["issue"]
    assert successor.present(stack, ca) != former
    fresh = ensure(stack, ask())
    assert fresh.serial != old.serial == quiet[0]
    assert verifies(old, stack, tmp_path) == verifies(fresh, stack, tmp_path) == ""
    assert rotate(stack, ca, step) == ["drop"]
    assert under_way(stack) is None
    assert verifies(fresh, stack, tmp_path) == ""
    assert verifies(old, stack, tmp_path) != ""
    assert quiet[-1] == fresh.serial


@pytest.mark.parametrize("ca", CAS)
def test_servers_trust_the_new_one_before_it_signs(
    stack: Stack, ask: Ask, quiet: list[str], tmp_path: Path, ca: Ca
) -> None:
    """A delivery of the first phase takes a leaf of the second."""
    rotate(stack, ca, step, through="trust")
    anchors, void = authority(stack).anchors, lists.current(stack)
    rotate(stack, ca, step, through="issue")
    fresh = ensure(stack, ask())
    for name, content in {"a": anchors, "l": void, "c": fresh.chain}.items():
        (tmp_path / name).write_bytes(content)
    argv = ["openssl", "verify", "-crl_check_all", "-CAfile", str(tmp_path / "a")]
    argv += ["-CRLfile", str(tmp_path / "l"), "-untrusted", str(tmp_path / "c"), str(tmp_path / "c")]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
    assert quiet


@pytest.mark.parametrize("ca", CAS)
@pytest.mark.parametrize("phase", PHASES)
def test_cut_short_in_a_phase_it_goes_on(
    stack: Stack, quiet: list[str], monkeypatch: pytest.MonkeyPatch, ca: Ca, phase: str
) -> None:
    """A distribution that fails is made up for by the same command."""
    quietly, former = vars(rotation)["distribute"], successor.present(stack, ca)

    def failing(found: Stack, how: Step) -> None:
        journal = under_way(found)
        if journal and journal.phase == phase:
            raise Failure("a server did not take it.")
        quietly(found, how)

    monkeypatch.setattr(rotation, "distribute", failing)
    with pytest.raises(Failure, match="did not take it"):
        rotate(stack, ca, step)
    journal = under_way(stack)
    assert journal is not None
    assert journal.phase == phase
    monkeypatch.setattr(rotation, "distribute", quietly)
    assert rotate(stack, ca, step)[0] == phase
    assert successor.present(stack, ca) != former
    assert under_way(stack) is None
    assert present(stack, "api", authority(stack)) is not None
    assert quiet


@pytest.mark.parametrize("moment", range(1, 9))
def test_a_kill_while_the_root_changes_is_made_up_for(
    stack: Stack, ask: Ask, quiet: list[str], monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """At each change of a name in the authority's folder; the same command ends the rotation."""
    rotate(stack, "root", step, through="trust")
    former, real, count = successor.present(stack, "root"), Path.replace, 0

    def killed(path: Path, target: Path) -> Path:
        nonlocal count
        if path.parent.parent == stack.folder / "certs" or path.parent == stack.folder / "certs":
            count += 1
            if count == moment:
                raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    try:
        rotate(stack, "root", step)
    except KeyboardInterrupt:
        monkeypatch.setattr(Path, "replace", real)
        rotate(stack, "root", step)
    assert successor.present(stack, "root") != former
    assert under_way(stack) is None
    assert ensure(stack, ask()).certificate.issuer == authority(stack).issuing.subject
    assert quiet


def test_nothing_is_left_of_the_old_root(stack: Stack, quiet: list[str]) -> None:
    """Neither its key, nor trust in it; clients outside are given one root again."""
    old = (stack.folder / "certs" / ROOT_KEY).read_bytes()
    rotate(stack, "root", step, through="trust")
    assert len(x509.load_pem_x509_certificates(root_path(stack).read_bytes())) == 2
    rotate(stack, "root", step)
    assert root_path(stack).read_bytes() == pem(authority(stack).root)
    assert not any(each.read_bytes() == old for each in stack.folder.rglob("*") if each.is_file())
    assert transition.trusted(stack.folder / "certs") == ()
    assert quiet


def test_another_ca_waits_for_the_end(stack: Stack, quiet: list[str]) -> None:
    """One rotation at a time."""
    rotate(stack, "root", step, through="trust")
    with pytest.raises(Failure, match="rotation of the root CA is under way"):
        rotate(stack, "issuing", step)
    assert quiet


def test_an_issuing_ca_is_not_made_without_the_roots_key(stack: Stack, quiet: list[str]) -> None:
    """It is offline: the command says what brings it back, and nothing has changed."""
    before = serial_of(authority(stack).issuing)
    lists.reissue(stack)
    (stack.folder / "certs" / ROOT_KEY).unlink()
    with pytest.raises(Failure, match="root's key is not on this host"):
        rotate(stack, "issuing", step)
    assert serial_of(authority(stack).issuing) == before
    assert quiet == []
