"""The local store: a pair is kept while it fits, and replaced as a whole."""

import json
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from certs.ca.authority import authority
from certs.pairs import place
from certs.pairs.store import certificate, ensure, present, profiles
from operation import custodian
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock


def test_pair_is_kept(stack: Stack, ask: Ask) -> None:
    """The same profile gets the same pair; its files are private and belong together."""
    first = ensure(stack, ask())
    folder = stack.folder / "certs" / "api"
    assert ensure(stack, ask()).serial == first.serial
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert (folder / "cert.pem").read_bytes() == first.chain
    assert (folder / "key.pem").read_bytes() == first.key
    assert profiles(stack) == [ask()]


@pytest.mark.parametrize("change", [{"uid": 6009}, {"days": 30}, {"names": ["localhost", "api"]}])
def test_change_that_no_certificate_shows_keeps_the_pair(
    stack: Stack, ask: Ask, change: dict[str, object]
) -> None:
    """Owner, length of life and order are not reasons for a new certificate."""
    assert ensure(stack, ask()).serial == ensure(stack, ask(**change)).serial


@pytest.mark.parametrize(
    "change",
    [
        {"common_name": "other"},
        {"names": ["api"]},
        {"addresses": ["127.0.0.1"]},
        {"client": False},
        {"server": False},
    ],
)
def test_changed_profile_gets_a_new_pair(stack: Stack, ask: Ask, change: dict[str, object]) -> None:
    """Everything that a certificate says issues a new one; the old key is gone."""
    first, second = ensure(stack, ask()), ensure(stack, ask(**change))
    assert first.serial != second.serial
    issued = list((stack.folder / "certs" / ".issued").iterdir())
    assert [path.name for path in issued] == [f"api.{second.serial}"]
    assert profiles(stack) == [ask(**change)]


def test_renewal_on_demand(stack: Stack, ask: Ask) -> None:
    """A pair that fits is replaced when that is asked for."""
    assert ensure(stack, ask()).serial != ensure(stack, ask(), renew=True).serial


@pytest.mark.parametrize(("age", "kept"), [(59, True), (61, False), (100, False)])
def test_due_with_a_third_left(stack: Stack, ask: Ask, clock: Clock, age: float, *, kept: bool) -> None:
    """After two thirds of its life, or expired, a pair is replaced; before, it is not."""
    with clock(-age):
        first = ensure(stack, ask(days=90))
    assert (ensure(stack, ask(days=90)).serial == first.serial) is kept


def test_pair_of_a_replaced_issuing_authority_is_replaced(stack: Stack, ask: Ask) -> None:
    """A new issuing CA gets new leaves."""
    first = ensure(stack, ask())
    for name in ("issuing.pem", "issuing.key"):
        (stack.folder / "certs" / name).unlink()
    second = ensure(stack, ask())
    assert first.serial != second.serial
    second.certificate.verify_directly_issued_by(authority(stack).issuing)


def key_of_another(stack: Stack, ask: Ask) -> None:
    """Puts another party's key beside the certificate."""
    other = ensure(stack, ask(party="other"))
    (stack.folder / "certs" / "api" / "key.pem").write_bytes(other.key)


def no_key(stack: Stack, _ask: Ask) -> None:
    """Takes the key away."""
    (stack.folder / "certs" / "api" / "key.pem").unlink()


def cut_certificate(stack: Stack, _ask: Ask) -> None:
    """Cuts the certificate short."""
    (stack.folder / "certs" / "api" / "cert.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n")


@pytest.mark.parametrize("damage", [key_of_another, no_key, cut_certificate])
def test_half_pair_is_never_given(stack: Stack, ask: Ask, damage: Callable[[Stack, Ask], None]) -> None:
    """A certificate without its own key counts as none."""
    first = ensure(stack, ask())
    damage(stack, ask)
    assert present(stack, "api", authority(stack)) is None
    assert ensure(stack, ask()).serial != first.serial


@pytest.mark.parametrize("written", range(3))
def test_killed_while_issuing_leaves_the_old_pair(stack: Stack, ask: Ask, written: int) -> None:
    """A kill before the symlink moves leaves the old pair whole; the next call cleans up."""
    first = ensure(stack, ask())
    done: list[Path] = []
    real = custodian.write_private

    def dying(path: Path, content: bytes) -> None:
        if len(done) == written:
            raise KeyboardInterrupt
        done.append(path)
        real(path, content)

    with mock.patch.object(place, "write_private", dying), pytest.raises(KeyboardInterrupt):
        ensure(stack, ask(), renew=True)
    kept = present(stack, "api", authority(stack))
    assert kept is not None
    assert kept.serial == first.serial
    ensure(stack, ask(), renew=True)
    assert len(list((stack.folder / "certs" / ".issued").iterdir())) == 1


def test_pair_from_a_copied_folder_is_replaced_too(stack: Stack, ask: Ask) -> None:
    """A store brought back by a copy that followed symlinks works like any other."""
    first = ensure(stack, ask())
    place = stack.folder / "certs" / "api"
    content = {path.name: path.read_bytes() for path in place.iterdir()}
    place.unlink()
    place.mkdir()
    for name, text in content.items():
        (place / name).write_bytes(text)
    assert ensure(stack, ask()).serial == first.serial
    assert ensure(stack, ask(), renew=True).serial != first.serial


def test_profile_of_an_earlier_version_is_read(stack: Stack, ask: Ask) -> None:
    """Without the keys that are new, and with a life that a public server may not have any more."""
    ensure(stack, ask(names=["www.crt-test.bem.internal"], days=90))
    path = stack.folder / "certs" / "api" / "profile.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**{key: said[key] for key in OLD}, "days": 398}))
    (profile,) = profiles(stack)
    assert (profile.days, profile.key, profile.kind) == (200, "ecdsa-p256", "peer")


OLD = ("party", "common_name", "names", "addresses", "server", "client", "uid")
"""What a profile had before it had a kind of key."""


def test_certificate_of_nobody_is_none(stack: Stack) -> None:
    """A party without a pair has no certificate and makes no folder."""
    assert certificate(stack, "api") is None
    assert profiles(stack) == []
    assert not stack.folder.exists()
