"""Revocation: what is marked stands on the lists, and OpenSSL refuses it with the whole chain checked."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509

from certs.ca import register
from certs.ca.authority import authority
from certs.ca.ceremony import new_issuing, remove_root_key, root_pair
from certs.ca.register import Reason
from certs.ca.signature import now
from certs.pairs.leaf import Leaf
from certs.pairs.statement import serial_of
from certs.pairs.store import ensure, present
from certs.revocation import crl, lists
from certs.revocation.lists import complaint, due, reissue, uncovered
from certs.revocation.revocation import revoke
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock, Files
from tests.certs.verdict import by_openssl, by_server, list_by_linter, openssl

CHECKED = ("-crl_check_all", "-CRLfile")
REASONS: tuple[Reason, ...] = ("key_compromise", "superseded", "cessation_of_operation", "unspecified")


def judged(stack: Stack, leaf: Leaf, tmp_path: Path, path: Path | None = None) -> str:
    """What OpenSSL says with the stack's lists."""
    return by_openssl(tmp_path, leaf, authority(stack).root, *CHECKED, path or stack.folder / "certs/crl.pem")


def numbers(stack: Stack) -> list[int]:
    """Of the lists in the bundle."""
    return [crl.number_of(each) for each in crl.bundle(stack.folder / "certs" / lists.BUNDLE)]


def test_the_bundle_has_a_list_for_every_ca(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """So the whole chain can be checked; without one of them, everybody is refused."""
    leaf = ensure(stack, ask())
    assert len(uncovered(stack)) == 2
    path = reissue(stack)
    assert uncovered(stack) == []
    assert judged(stack, leaf, tmp_path) == ""
    half = tmp_path / "half.pem"
    half.write_bytes(crl.pem(crl.bundle(path)[0]))
    assert "unable to get certificate CRL" in judged(stack, leaf, tmp_path, half)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("reason", REASONS)
def test_revoked_is_refused_and_others_are_not(
    stack: Stack, ask: Ask, tmp_path: Path, reason: Reason
) -> None:
    """By a party's name; the reason is on the list, except the one that says nothing."""
    leaf, other = ensure(stack, ask()), ensure(stack, ask(party="cache"))
    assert revoke(stack, "api", reason).serial == leaf.serial
    assert "certificate revoked" in judged(stack, leaf, tmp_path)
    assert judged(stack, other, tmp_path) == ""
    (line,) = crl.revocations(crl.bundle(stack.folder / "certs/crl.pem")[0])
    assert (line.serial, line.reason) == (leaf.certificate.serial_number, x509.ReasonFlags[reason])
    text = openssl("crl", "-in", stack.folder / "certs/crl.pem", "-noout", "-text").stdout
    assert ("X509v3 CRL Reason Code" in text) is (reason != "unspecified")


def test_revoked_client_is_refused_in_a_handshake(
    stack: Stack, ask: Ask, files: Files, tmp_path: Path
) -> None:
    """By a server of Python's ssl that checks the chain; others are not; with half of the lists, all are."""
    server, other = files(ensure(stack, ask())), files(ensure(stack, ask(party="cache")))
    client = files(ensure(stack, ask(party="pulse")))
    ca, lists_now = server / "ca.pem", reissue(stack)
    assert by_server(server, client, ca, lists_now) == ""
    revoke(stack, "pulse", "key_compromise")
    assert by_server(server, client, ca, lists_now) == "certificate revoked"
    assert by_server(server, other, ca, lists_now) == ""
    half = tmp_path / "half.pem"
    half.write_bytes(crl.pem(crl.bundle(lists_now)[0]))
    assert by_server(server, other, ca, half) == "unable to get certificate CRL"


def test_revoked_pair_is_replaced(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """The store does not give it any more; the next one is good."""
    leaf = ensure(stack, ask())
    revoke(stack, "api", "key_compromise")
    assert present(stack, "api", authority(stack)) is None
    fresh = ensure(stack, ask())
    assert fresh.serial != leaf.serial
    assert judged(stack, fresh, tmp_path) == ""
    assert "revoked" in judged(stack, leaf, tmp_path)


@pytest.mark.parametrize(
    "write", [str, str.lower, lambda text: ":".join(text[i : i + 2] for i in range(0, len(text), 2))]
)
def test_by_serial_number(stack: Stack, ask: Ask, tmp_path: Path, write: object) -> None:
    """As people copy it; also of a pair that was replaced since."""
    leaf = ensure(stack, ask())
    ensure(stack, ask(), renew=True)
    revoke(stack, write(leaf.serial), "superseded")  # type: ignore[operator]
    assert "revoked" in judged(stack, leaf, tmp_path)


def test_certificate_from_before_the_register(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """One that earlier versions issued is entered, then revoked."""
    leaf = ensure(stack, ask())
    (stack.folder / "certs" / register.FILE).unlink()
    revoke(stack, "api", "superseded")
    assert "revoked" in judged(stack, leaf, tmp_path)


def test_nobody_s_certificate_is_refused(stack: Stack, ask: Ask) -> None:
    """Unknown names and numbers; and what is void already, with its date."""
    ensure(stack, ask())
    for wanted in ("nobody", "DEADBEEF", "../api", ""):
        with pytest.raises(Failure, match="has issued no certificate") as caught:
            revoke(stack, wanted, "superseded")
        assert caught.value.exit_code == 2
    serial = revoke(stack, "api", "superseded").serial
    with pytest.raises(Failure, match=r"is void since .*superseded"):
        revoke(stack, serial, "key_compromise")


def test_numbers_rise_also_after_the_lists_were_lost(stack: Stack, ask: Ask) -> None:
    """Twice in a second, and without any earlier list."""
    ensure(stack, ask())
    reissue(stack)
    first = numbers(stack)
    reissue(stack)
    second = numbers(stack)
    for name in ("crl.pem", "issuing.crl", "root.crl"):
        (stack.folder / "certs" / name).unlink()
    reissue(stack)
    assert [before < after for before, after in zip(first, second, strict=True)] == [True, True]
    assert all(after >= before - 1 for before, after in zip(second, numbers(stack), strict=True))


def test_revocation_survives_an_older_register(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """A register from a copy that does not know of it: the list that is there still says it."""
    leaf = ensure(stack, ask())
    copy = (stack.folder / "certs" / register.FILE).read_bytes()
    revoke(stack, "api", "key_compromise")
    (stack.folder / "certs" / register.FILE).write_bytes(copy)
    reissue(stack)
    assert "revoked" in judged(stack, leaf, tmp_path)


def test_expired_certificates_leave_the_list(stack: Stack, ask: Ask, clock: Clock) -> None:
    """They are refused for their age."""
    with clock(-40):
        authority(stack)
        ensure(stack, ask(days=30))
        revoke(stack, "api", "superseded")
        assert len(crl.revocations(crl.read(stack.folder / "certs/issuing.crl"))) == 1
    reissue(stack)
    assert crl.revocations(crl.read(stack.folder / "certs/issuing.crl")) == []


def test_life_of_the_lists(stack: Stack, ask: Ask, tmp_path: Path, clock: Clock) -> None:
    """That of the setting; due at half; an expired one refuses everybody, until it is written anew."""
    with clock(-100):
        authority(stack)
        leaf = ensure(stack, ask(days=200))
        assert due(stack, now())
        reissue(stack)
    found = crl.read(stack.folder / "certs/issuing.crl")
    assert found is not None
    assert found.next_update_utc is not None
    begins, ends = found.last_update_utc, found.next_update_utc
    assert ends - begins == timedelta(days=90, hours=1)
    assert (due(stack, begins + timedelta(days=45)), due(stack, begins + timedelta(days=46))) == (False, True)
    assert "CRL has expired" in judged(stack, leaf, tmp_path)
    reissue(stack)
    assert judged(stack, leaf, tmp_path) == ""


def test_root_offline_keeps_its_list(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """Signed before it left, good as long as the issuing CA; leaves are revoked without it."""
    leaf = ensure(stack, ask())
    remove_root_key(stack)
    root_list = crl.read(stack.folder / "certs/root.crl")
    assert root_list is not None
    assert root_list.next_update_utc == authority(stack).issuing.not_valid_after_utc
    revoke(stack, "api", "key_compromise")
    assert uncovered(stack) == []
    assert "revoked" in judged(stack, leaf, tmp_path)
    assert judged(stack, ensure(stack, ask()), tmp_path) == ""


def test_former_issuing_ca_has_its_list_and_can_be_revoked(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """Its leaves can be revoked one by one, or all at once by its own number on the root's list."""
    first, second = ensure(stack, ask()), ensure(stack, ask(party="cache"))
    old = authority(stack).issuing
    new_issuing(stack)
    fresh = ensure(stack, ask())
    assert [judged(stack, each, tmp_path) for each in (first, second, fresh)] == ["", "", ""]
    revoke(stack, first.serial, "superseded")
    assert ["revoked" in judged(stack, each, tmp_path) for each in (first, second, fresh)] == [
        True,
        False,
        False,
    ]
    revoke(stack, serial_of(old), "ca_compromise")
    assert ["revoked" in judged(stack, each, tmp_path) for each in (second, fresh)] == [True, False]


def test_lists_of_two_issuing_cas_are_not_mixed(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """What the former revoked stays on its own list, with an older register too; the new one begins empty."""
    leaf = ensure(stack, ask())
    copy = (stack.folder / "certs" / register.FILE).read_bytes()
    revoke(stack, "api", "key_compromise")
    (stack.folder / "certs" / register.FILE).write_bytes(copy)
    with (
        mock.patch("certs.ca.ceremony.lists.reissue", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        new_issuing(stack)
    assert due(stack, now())
    reissue(stack)
    assert not due(stack, now())
    new, former, _ = crl.bundle(stack.folder / "certs/crl.pem")
    assert (len(crl.revocations(new)), len(crl.revocations(former))) == (0, 1)
    assert "revoked" in judged(stack, leaf, tmp_path)


def test_issuing_ca_needs_the_root_s_key(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """Marked without it, and said; with it the list is written."""
    leaf = ensure(stack, ask())
    _, key = root_pair(stack)
    remove_root_key(stack)
    serial = serial_of(authority(stack).issuing)
    with pytest.raises(Failure, match="the root's key is not on this host"):
        revoke(stack, serial, "ca_compromise")
    assert judged(stack, leaf, tmp_path) == ""
    reissue(stack, root_key=key)
    assert "revoked" in judged(stack, leaf, tmp_path)


def test_linter_finds_nothing_in_the_lists(stack: Stack, ask: Ask) -> None:
    """Pkilint takes both, with a revocation on one."""
    ensure(stack, ask())
    revoke(stack, "api", "key_compromise")
    for name, kind in (("issuing.crl", "CRL"), ("root.crl", "ARL")):
        assert list_by_linter(stack.folder / "certs" / name, kind) == []


def test_lists_near_their_end_are_told(stack: Stack, ask: Ask, clock: Clock) -> None:
    """From a third of their life on, and when they have expired; fresh ones are no fault, nor are none."""
    assert complaint(stack, now()) == ""
    with clock(-70):
        authority(stack)
        ensure(stack, ask())
        reissue(stack)
    assert "expire in 20.0 days" in complaint(stack, now())
    assert "expired 10.0 days ago" in complaint(stack, now() + timedelta(days=30))
    reissue(stack)
    assert complaint(stack, now()) == ""
