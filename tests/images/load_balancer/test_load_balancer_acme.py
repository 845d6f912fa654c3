import http.client
import json
import secrets
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from invoke.context import Context

from certs import tasks
from certs.acme import console, front, obtaining, service
from certs.acme.account import thumbprint
from certs.endpoints import endpoint
from certs.foreign import public_pair
from certs.pairs.statement import serial_of
from certs.pairs.store import certificate
from certs.serving import renewal
from certs.serving.carrier import deliver
from infra import balancer_volume
from infra.balancer_file import content
from infra.balancer_volume import Place
from infra.tls import profiles
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, Stack
from tests.certs.pebble import Pebble, free, own_tls, running
from tests.images.load_balancer.site import serving
from tests.images.workshop import Container, Workshop, logs, until

pytestmark = pytest.mark.platform

NAMES = ("bem.test", "www.bem.test")
PATH = "/.well-known/acme-challenge/"


@dataclass(frozen=True)
class Site:
    """A load balancer of a stack that has its public certificate from Pebble.

    Attributes:
        stack: whose; its ports are the host's.
        container: HAProxy, of the platform's image.
        pebble: the ACME server.
    """

    stack: Stack
    container: Container
    pebble: Pebble

    def shown(self, name: str) -> str:
        """The serial number of what is shown under that name; without one when it is empty."""
        argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.https}"]
        argv += ["-servername", name] if name else ["-noservername"]
        said = subprocess.run(argv, input="", capture_output=True, text=True, timeout=10, check=False).stdout
        read = ["openssl", "x509", "-noout", "-serial"]
        done = subprocess.run(read, input=said, capture_output=True, text=True, timeout=10, check=True)
        return done.stdout.strip().partition("=")[2]

    @property
    def https(self) -> int:
        """The port with TLS."""
        return self.stack.settings.load_balancer.https_port

    @property
    def own(self) -> str:
        """The serial number of our own pair."""
        kept = certificate(self.stack, "load-balancer")
        return serial_of(kept) if kept else ""

    def asked(self, path: str, host: str = "bem.test") -> tuple[int, str]:
        """Status and body of an answer without TLS."""
        asking = http.client.HTTPConnection(
            "127.0.0.1", self.stack.settings.load_balancer.http_port, timeout=5
        )
        asking.request("GET", path, headers={"Host": host})
        answer = asking.getresponse()
        return answer.status, answer.read().decode()

    def acme(self, *, force: bool = False) -> None:
        """The task."""
        with mock.patch.object(console, "stack_named", return_value=self.stack):
            tasks.acme(Context(), force=force, json=True)


@pytest.fixture(scope="module")
def site(workshop: Workshop, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With our own pair in both places, as after `up`."""
    folder = tmp_path_factory.mktemp("acme")
    https, plain = free(2)
    (folder / "infra").symlink_to(ROOT / "infra")
    with running(folder, own_tls(folder), plain) as pebble:
        stack = _stack(folder, pebble, https, plain)
        with serving(workshop, image, stack) as container:
            _await(stack, container)
            yield Site(stack, container, pebble)


def _stack(folder: Path, pebble: Pebble, https: int, plain: int) -> Stack:
    acme = {
        "enabled": True,
        "terms_agreed": True,
        "directory_url": pebble.directory,
        "staging_url": f"{pebble.directory}?staging",
        "ca_file": str(pebble.roots),
    }
    given = {
        "bem:load_balancer": {"https_port": https, "http_port": plain},
        "bem:certificates": {"names": list(NAMES), "acme": acme},
    }
    return Stack(f"acme-{secrets.token_hex(3)}", root=folder, given=given)


def _await(stack: Stack, container: Container) -> None:
    def answers() -> bool:
        try:
            front.answers(stack)
        except Failure:
            return False
        return True

    try:
        until(answers, 20)
    except AssertionError:
        pytest.fail(logs(container))


@pytest.fixture
def clients(site: Site) -> Iterator[Callable[[], list[str]]]:
    """Clients that connect anew each time, until they are asked how it went: by a status, or by an error."""
    done = threading.Event()
    said: list[str] = []
    trust = ssl.create_default_context(cafile=str(site.stack.folder / "certs" / "root.pem"))
    trust.load_verify_locations(str(site.pebble.roots))

    def connect() -> None:
        while not done.is_set():
            asking = http.client.HTTPSConnection("127.0.0.1", site.https, timeout=5, context=trust)
            try:
                asking.request("GET", "/", headers={"Host": "bem.test"})
                said.append(str(asking.getresponse().status))
            except OSError as error:
                said.append(repr(error))
            finally:
                asking.close()

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()

    def told() -> list[str]:
        done.set()
        thread.join()
        return said

    yield told
    told()


def test_a_token_is_answered_with_the_account_s_thumbprint(site: Site) -> None:
    """Any token that could be one; whatever is none is not found, and all else is redirected as ever."""
    mine = thumbprint(site.stack)
    for token in ("abc", "A_b-9", "x" * 128):
        assert site.asked(PATH + token) == (200, f"{token}.{mine}")
    for none in ("", "a.b", "a/b", "a%20b", "x" * 129, "%0d%0aX", '"', "a%25[src]"):
        status, body = site.asked(PATH + none)
        assert (status, mine in body) == (404, False)
    assert site.asked("/.well-known/other")[0] == 308
    assert site.asked("/items")[0] == 308


def test_first_our_own_then_acme_s_by_name(site: Site, clients: Callable[[], list[str]]) -> None:
    """One run: rehearsed, proven over HTTP by this HAProxy, in service by a reload, nobody refused."""
    assert [site.shown(name) for name in (*NAMES, "load-balancer", "")] == [site.own] * 4
    site.acme()
    kept = public_pair.certificate(site.stack)
    assert kept is not None
    expected = serial_of(kept)
    assert [site.shown(name) for name in NAMES] == [expected] * 2
    assert [site.shown(name) for name in ("load-balancer", "")] == [site.own] * 2
    assert expected != site.own
    told = clients()
    assert len(told) > 20
    assert set(told) == {"503"}  # there is no api behind it; a refused handshake would be an error


def test_it_is_told_as_it_is(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Both endpoints are good, the public one by its issuer; the health check knows our own alone."""
    site.acme()
    assert json.loads(capsys.readouterr().out)["due"] is False
    asked = [each for each in endpoint.endpoints(site.stack) if each.party == "load-balancer"]
    found = [endpoint.look(site.stack, each) for each in asked]
    assert [(each.fault, each.stale) for each in found] == [("", False)] * 2
    assert found[0].served is not None
    assert "Pebble" in found[0].served.issuer
    assert site.container.exec_run("healthy").exit_code == 0


def test_each_half_is_renewed_without_the_other(site: Site, clients: Callable[[], list[str]]) -> None:
    """Our own pair anew, ACME's stays; then the other way round; nobody is refused."""
    site.acme()
    public, own = site.shown("bem.test"), site.own
    wish = next(each for each in profiles(site.stack) if each.party == "load-balancer")
    renewal.renew(site.stack, wish, lambda _: None)
    assert site.shown("bem.test") == public
    assert site.shown("load-balancer") == site.own != own
    own = site.own
    site.acme(force=True)
    assert site.shown("load-balancer") == site.own == own
    assert site.shown("bem.test") != public
    assert set(clients()) == {"503"}


def test_our_own_takes_the_place_and_gives_it_back(site: Site) -> None:
    """When ACME's has expired and no new one comes, public names show our own; the next success ends that."""
    site.acme()
    down = Failure("the ACME server does not answer.")
    with (
        mock.patch("certs.foreign.public_pair.serving", return_value=None),
        mock.patch.object(obtaining, "obtain", side_effect=down),
        mock.patch("certs.acme.window.due", return_value="it has expired"),
        pytest.raises(Failure) as caught,
    ):
        service.serve(site.stack, Progress(quiet=True).step)
    assert "our own CA's certificate serves" in caught.value.meaning
    assert site.shown("bem.test") == site.own
    site.acme()
    kept = public_pair.certificate(site.stack)
    assert kept is not None
    assert site.shown("bem.test") == serial_of(kept) != site.own


def test_switching_on_needs_the_volume_first(workshop: Workshop, image: str, site: Site) -> None:
    """HAProxy's own check takes the file with what was delivered, and refuses it with what lay there."""
    volume = site.stack.object_name("certs-load-balancer")
    place = Place(site.stack, workshop.volume(), volume, image)
    balancer_volume.put(place, content(site.stack))
    assert balancer_volume.held(place) == content(site.stack)
    before = workshop.volume()
    wish = next(each for each in profiles(site.stack) if each.party == "api")
    deliver(site.stack, wish, before, image)  # a pair, and nothing public
    refusing = Place(site.stack, workshop.volume(), before, image)
    with pytest.raises(Failure, match=r"public\.list"):
        balancer_volume.put(refusing, content(site.stack))
    assert balancer_volume.held(refusing) == ""


def test_a_silent_proof_leaves_what_serves(site: Site) -> None:
    """A HAProxy that does not know our account is told before any server is asked."""
    before, orders = site.shown("bem.test"), site.pebble.orders()
    with (
        mock.patch("certs.acme.front.thumbprint", return_value="another"),
        pytest.raises(Failure, match="does not answer challenges"),
    ):
        site.acme(force=True)
    assert site.shown("bem.test") == before
    assert site.pebble.orders() == orders
