"""Certificates from Pebble, a real ACME server that refuses nonces and forgets proofs, by DNS-01."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from invoke.context import Context

from certs import tasks
from certs.acme import chain, console, front, obtaining, order, place, plan, proof, trial, window
from certs.acme.obtaining import obtain
from certs.acme.order import replaced
from certs.acme.trouble import Later
from certs.ca.authority import authority
from certs.endpoints import outsiders
from certs.foreign import public_pair
from certs.pairs.leaf import issue
from certs.pairs.statement import issuer_of, serial_of
from operation import audit
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, Stack
from tests.certs.pebble import Pebble, free, running

pytestmark = pytest.mark.slow

HOOK = Path(__file__).with_name("acme_hook.py")
NAMES = ("example.test", "*.example.test", "www.other.test")
STEP = Progress(quiet=True).step
Switch = Callable[..., Stack]


class Interrupted(BaseException):
    """A Ctrl-C, or the power."""


@dataclass(frozen=True)
class Site:
    """A stack that has its public certificate from Pebble.

    Attributes:
        stack: with ACME.
        log: what the hook was asked for, a line each.
    """

    stack: Stack
    log: Path

    def asked(self, action: str) -> list[str]:
        """The records that the hook was asked for."""
        words = [line.split() for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return [name for said, name in words if said == action]


@pytest.fixture(scope="module")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """The server; its own TLS descends from a CA of this module."""
    from certs.pairs.profile import Profile  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("pebble")
    host = Stack("pebble", root=folder, given={})
    profile = Profile(
        party="pebble",
        common_name="localhost",
        names=("localhost",),
        addresses=("127.0.0.1",),
        server=True,
        client=False,
        uid=0,
        days=30,
    )
    leaf = issue(host, profile, authority(host))
    for name, content in (("cert.pem", leaf.chain), ("key.pem", leaf.key), ("ca.pem", leaf.anchors)):
        (folder / name).write_bytes(content)
    with running(folder, folder, free(1)[0]) as found:
        yield found


@pytest.fixture
def site(stack: Stack, pebble: Pebble, tmp_path: Path) -> Site:
    """A stack whose names the hook proves; staging is the same Pebble under another address."""
    authority(stack)
    log = tmp_path / "hook.log"
    section = {
        "enabled": True,
        "terms_agreed": True,
        "email": "ops@example.test",
        "directory_url": pebble.directory,
        "staging_url": f"{pebble.directory}?staging",
        "challenge": "dns-01",
        "hook": [sys.executable, str(HOOK), pebble.dns, str(log)],
        "hook_seconds": 20,
        "names": list(NAMES),
        "ca_file": str(pebble.roots),
    }
    given = {"bem:certificates": {"acme": section}}
    return Site(Stack(stack.name, root=stack.root, given=given), log)


@pytest.fixture(autouse=True)
def answering() -> Iterator[None]:
    """The load balancer's part is another test's."""
    with mock.patch.object(front, "answers"):
        yield


def changed(site: Site, **acme: object) -> Site:
    """The same with other settings."""
    given = {"bem:certificates": {"acme": site.stack.settings.certificates.acme.model_dump() | acme}}
    return replace(site, stack=Stack(site.stack.name, root=site.stack.root, given=given))


def obtained(site: Site) -> x509.Certificate:
    """A certificate, by the plan."""
    return obtain(site.stack, plan.plan(site.stack), STEP)


def pending(site: Site, url: str) -> Path:
    """Where that server's order under way lies."""
    return place.of_server(site.stack, url) / "pending"


def test_a_certificate_is_rehearsed_obtained_and_good(site: Site, pebble: Pebble) -> None:
    """Two orders, the second after the first went well; all names; clients with Pebble's root take it."""
    before = pebble.orders()
    found = obtained(site)
    assert pebble.orders() == before + 2
    assert public_pair.certificate(site.stack) == found
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == set(NAMES)
    assert "Pebble" in issuer_of(found)
    trial.trial(outsiders.strangers(site.stack), place.folder(site.stack) / "public", NAMES)
    with pytest.raises(Failure, match="mismatch"):
        trial.trial(outsiders.strangers(site.stack), place.folder(site.stack) / "public", ("nobody.test",))
    after = plan.plan(site.stack)
    assert (after.reason, after.rehearsal, after.serial) == ("", "", serial_of(found))
    assert not pending(site, pebble.directory).exists()
    assert not pending(site, f"{pebble.directory}?staging").exists()


def test_every_record_is_removed_again(site: Site) -> None:
    """As often as it was set; the wildcard's record is that of its domain."""
    obtained(site)
    asked = site.asked("present")
    assert set(asked) == {"_acme-challenge.example.test", "_acme-challenge.www.other.test"}
    assert sorted(asked) == sorted(site.asked("cleanup"))


def test_a_second_time_asks_nothing(site: Site, pebble: Pebble) -> None:
    """The plan is empty while none is due; other names are due, and rehearsed again."""
    obtained(site)
    before = pebble.orders()
    assert plan.plan(site.stack).reason == ""
    assert pebble.orders() == before
    other = changed(site, names=["new.test"])
    found = plan.plan(other.stack)
    assert found.reason == "its names are others"
    assert found.rehearsal
    obtained(other)
    assert pebble.orders() == before + 2


def test_a_proof_that_fails_is_told_in_the_server_s_words(
    site: Site, pebble: Pebble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name and reason; the real server is not asked at all; records are removed; then it goes well."""
    monkeypatch.setenv("WRONG", "1")
    broken = changed(site, names=["unproven.test"])
    with pytest.raises(Failure, match=r"unproven\.test: .*unauthorized") as caught:
        obtained(broken)
    assert "dns-01: look at what the" in caught.value.remedy
    assert not (place.of_server(broken.stack, pebble.directory) / "account.json").exists()
    assert broken.asked("cleanup") == ["_acme-challenge.unproven.test"]
    monkeypatch.delenv("WRONG")
    assert obtained(broken)


def test_a_name_that_the_server_refuses(site: Site) -> None:
    """With its words; what was there stays."""
    first = obtained(site)
    blocked = changed(site, names=["blocked.test"])
    with pytest.raises(Failure, match=r"blocked\.test|policy|rejectedIdentifier"):
        obtained(blocked)
    assert public_pair.certificate(site.stack) == first


def test_http_without_an_answer(site: Site) -> None:
    """Nobody answers for HTTP-01: the server says which address it asked."""
    broken = changed(site, challenge="http-01", names=["silent.test"])
    with pytest.raises(Failure, match=r"silent\.test: .*connection") as caught:
        obtained(broken)
    assert "port 80" in caught.value.remedy


def test_no_trust_no_certificate(site: Site, pebble: Pebble, tmp_path: Path) -> None:
    """A server whose root clients lack gives what nobody would take: nothing of it is kept."""
    (tmp_path / "tls.pem").write_bytes((pebble.folder / "ca.pem").read_bytes())
    with pytest.raises(Failure, match="clients would refuse") as caught:
        obtained(changed(site, ca_file=str(tmp_path / "tls.pem")))
    assert "ca_file" in caught.value.remedy
    assert public_pair.certificate(site.stack) is None


POINTS = {
    "before the order": (order, "_asked"),
    "after the order": (order, "_order"),
    "before the proof": (proof, "prove"),
    "before signing": (order, "_signed"),
    "after signing": (chain, "check"),
    "before it is kept": (obtaining, "_tried"),
}


@pytest.mark.parametrize("point", POINTS)
def test_an_interrupted_order_goes_on(site: Site, pebble: Pebble, point: str) -> None:
    """The next run makes no second order where there was one, keeps the account, leaves nothing."""
    alone = changed(site, staging_url="", names=[f"{point.replace(' ', '-')}.test"])
    module, name = POINTS[point]
    before = pebble.orders()
    with mock.patch.object(module, name, side_effect=Interrupted), pytest.raises(Interrupted):
        obtained(alone)
    account = (place.folder(alone.stack) / "account.key").read_bytes()
    assert public_pair.certificate(alone.stack) is None
    assert obtained(alone) == public_pair.certificate(alone.stack)
    assert pebble.orders() == before + 1
    assert (place.folder(alone.stack) / "account.key").read_bytes() == account
    assert not pending(alone, pebble.directory).exists()


RUN = """
import json, sys
from pathlib import Path
from unittest import mock
from certs.acme import front, obtaining, plan
from operation.progress import Progress
from operation.stack import Stack

given = json.loads(sys.argv[1])
stack = Stack("crt-test", root=Path(sys.argv[2]), given=given)
with mock.patch.object(front, "answers"):
    obtaining.obtain(stack, plan.plan(stack), Progress(quiet=True).step)
"""


def test_a_killed_run_goes_on_and_cleans_up(site: Site, pebble: Pebble) -> None:
    """SIGKILL while a record is set: the next run takes the same order, removes the record, and ends well."""
    alone = changed(site, staging_url="", names=["killed.test"])
    before = pebble.orders()
    argv = [sys.executable, "-c", RUN, json.dumps(alone.stack.given), str(alone.stack.root)]
    environment = {**os.environ, "KILLS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, env=environment, cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert alone.asked("cleanup") == []
    assert pebble.orders() == before + 1
    assert obtained(alone)
    assert pebble.orders() == before + 1
    assert alone.asked("cleanup") == ["_acme-challenge.killed.test"] * 2


def test_the_server_s_window_is_heeded(site: Site, pebble: Pebble) -> None:
    """A window that is open makes a new certificate due, and its order names the one that it replaces."""
    alone = changed(site, staging_url="")
    first = obtained(alone)
    obtaining.ask_window(alone.stack)
    folder = place.of_server(alone.stack, pebble.directory)
    known = window.known_advice(folder, first)
    assert known is not None
    assert known.renew_at is not None
    assert plan.plan(alone.stack).reason == ""
    at = datetime.now(UTC)
    start, end = (f"{at + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-2, -1))
    pebble.suggests(first.public_bytes(Encoding.PEM).decode(), start, end)
    obtaining.ask_window(alone.stack)
    assert plan.plan(alone.stack).reason == ""  # asked a moment ago: left alone till later
    (folder / window.ADVICE).unlink()
    obtaining.ask_window(alone.stack)
    assert "suggests" in plan.plan(alone.stack).reason
    with mock.patch.object(order, "Renewal", wraps=order.Renewal) as asked:
        second = obtained(alone)
    assert asked.call_args.kwargs["replaces"] == replaced(first)
    assert asked.call_count == 1
    assert "is a replacement of" in pebble.log.read_text(errors="replace")
    assert second.serial_number != first.serial_number


@pytest.mark.parametrize("words", ["nonsense", "{}", '{"suggestedWindow": {"start": 3}}'])
def test_a_window_that_is_none_is_no_failure(site: Site, pebble: Pebble, words: str) -> None:
    """The third of life counts then."""
    alone = changed(site, staging_url="")
    found = obtained(alone)
    pebble.answers_window(found.public_bytes(Encoding.PEM).decode(), words)
    obtaining.ask_window(alone.stack)
    assert window.known_advice(place.of_server(alone.stack, pebble.directory), found) is None
    assert plan.plan(alone.stack).reason == ""


def test_another_contact_is_told_to_the_server(site: Site, pebble: Pebble) -> None:
    """The account stays the same; a contact that the server refuses is told in its words."""
    obtained(site)
    known = place.of_server(site.stack, pebble.directory) / "account.json"
    first = json.loads(known.read_text())
    obtained(changed(site, email="other@example.test", names=["contact.test"]))
    second = json.loads(known.read_text())
    assert second["url"] == first["url"]
    assert (first["contact"], second["contact"]) == ("ops@example.test", "other@example.test")


def test_a_server_that_forgot_the_account_gets_it_again(site: Site, pebble: Pebble) -> None:
    """What we noted of it is no reason to fail: the key is asked for each time."""
    obtained(changed(site, staging_url=""))
    known = place.of_server(site.stack, pebble.directory) / "account.json"
    known.write_text(json.dumps({"url": "https://localhost/nobody", "contact": "ops@example.test"}))
    assert obtained(changed(site, staging_url="", names=["again.test"]))


def test_the_task_obtains_once_and_says_so(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """`--dry-run` asks nobody; the first run obtains, the second does nothing, `--force` obtains again."""
    from certs.acme import service  # noqa: PLC0415

    with (
        mock.patch.object(console, "stack_named", return_value=site.stack),
        mock.patch.object(service, "settle", return_value=False),
    ):
        tasks.acme(Context(), dry_run=True)
        shown = capsys.readouterr().out
        assert "there is none yet" in shown
        assert "localhost as a rehearsal, then localhost" in shown
        assert site.asked("present") == []
        serials = []
        for force in (False, False, True):
            tasks.acme(Context(), force=force, json=True)
            found = json.loads(capsys.readouterr().out)
            assert (found["serves"], found["due"]) == ("acme", False)
            serials.append(found["serial"])
    assert serials[0] == serials[1] != serials[2]
    lines = [(each.what, each.outcome) for each in audit.entries(site.stack)]
    assert lines == [("certs.acme", "succeeded"), ("certs.acme", "unchanged"), ("certs.acme", "succeeded")]


def test_a_failure_says_what_serves_meanwhile(site: Site) -> None:
    """The present one with its end; a paused server fails the run that is due."""
    from certs.acme import service  # noqa: PLC0415

    found = obtained(site)
    folder = place.of_server(site.stack, site.stack.settings.certificates.acme.directory_url)
    other = changed(site, names=["paused.test"])
    window.keep_pause(folder, datetime.now(UTC) + timedelta(hours=1), "too many")
    with mock.patch.object(service, "settle", return_value=False), pytest.raises(Failure) as caught:
        service.serve(other.stack, STEP)
    assert f"{found.not_valid_after_utc:%Y-%m-%d}" in caught.value.meaning
    assert "try again after" in caught.value.remedy
    with pytest.raises(Later):
        obtained(other)
