"""A pair of another CA that was imported, shown to clients by a real HAProxy."""

import secrets
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509

from certs.desk import intake
from certs.endpoints import endpoint
from certs.pairs.statement import serial_of
from certs.pairs.store import certificate
from certs.serving import public_side
from operation.progress import Progress
from operation.stack import ROOT, Stack
from tests.certs.elsewhere import Member, Wish, chain, key_of, made
from tests.certs.pebble import free
from tests.images.load_balancer.site import serving
from tests.images.workshop import Workshop, logs, until

pytestmark = pytest.mark.platform

NAME = "www.example.org"
STEP = Progress(quiet=True).step


@dataclass(frozen=True)
class Site:
    """A load balancer, and a company's CA.

    Attributes:
        stack: whose; its ports are the host's.
        root: of the company.
        folder: for files.
    """

    stack: Stack
    root: Member
    folder: Path

    def shown(self, name: str) -> str:
        """The serial number of what is shown under that name; empty when nobody answers."""
        judge = ssl.create_default_context()
        judge.check_hostname, judge.verify_mode = False, ssl.CERT_NONE
        try:
            with (
                socket.create_connection(
                    ("127.0.0.1", self.stack.settings.load_balancer.https_port)
                ) as plain,
                judge.wrap_socket(plain, server_hostname=name) as connection,
            ):
                der = connection.getpeercert(binary_form=True) or b""
        except OSError:
            return ""
        return serial_of(x509.load_der_x509_certificate(der))

    @property
    def own(self) -> str:
        """The serial number of our own pair."""
        kept = certificate(self.stack, "load-balancer")
        return serial_of(kept) if kept else ""

    def take(self, member: Member) -> str:
        """The task; gives the serial number."""
        file = chain(self.folder, "chain.pem", member)
        key, root = key_of(self.folder, "key.pem", member), chain(self.folder, "root.pem", self.root)
        with mock.patch.object(intake, "stack_named", return_value=self.stack):
            words = (str(file), str(key), str(root), "")
            intake.import_("", *words, issuing=False, public=True, dry_run=False, as_json=True)
        return serial_of(member.certificate)


@pytest.fixture
def site(workshop: Workshop, image: str, tmp_path: Path) -> Iterator[Site]:
    """As after `up` with bem:certificates.imported; there is no imported pair yet."""
    https, plain = free(2)
    (tmp_path / "infra").symlink_to(ROOT / "infra")
    given = {
        "bem:load_balancer": {"https_port": https, "http_port": plain},
        "bem:certificates": {"names": [NAME], "imported": True},
    }
    stack = Stack(f"imported-{secrets.token_hex(3)}", root=tmp_path, given=given)
    found = Site(stack, made(Wish("Company root")), tmp_path)
    with serving(workshop, image, stack) as container:
        try:
            until(lambda: found.shown(NAME) != "", 20)
        except AssertionError:
            pytest.fail(logs(container))
        yield found


def test_an_imported_pair_is_shown_and_its_successor_at_once(site: Site) -> None:
    """Under its names; ours under all others, and again under all when the imported one has expired."""
    assert site.shown(NAME) == site.own
    first = site.take(made(Wish("www", ca=False, names=(NAME,)), site.root))
    assert [site.shown(NAME), site.shown("load-balancer")] == [first, site.own]
    second = site.take(made(Wish("www", ca=False, names=("*.example.org",)), site.root))
    assert [site.shown(NAME), site.shown("load-balancer")] == [second, site.own]
    found = [endpoint.look(site.stack, each) for each in endpoint.endpoints(site.stack)[:2]]
    assert [(each.fault, each.stale) for each in found] == [("", False)] * 2
    assert not public_side.settle(site.stack, STEP)
    with mock.patch("certs.foreign.public_pair.serving", return_value=None):
        assert public_side.settle(site.stack, STEP)
    assert site.shown(NAME) == site.own
    assert "certs.import" in endpoint.look(site.stack, endpoint.endpoints(site.stack)[0]).fault
