"""The black-box exporter's look at the public name: whose certificate strangers see."""

import re
import ssl
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from certs.ca.authority import authority
from certs.pairs.leaf import issue
from certs.pairs.profile import Profile
from operation.stack import ROOT, Stack
from tests.certs.pebble import free
from tests.images.workshop import Workshop, until

pytestmark = pytest.mark.platform

BLACKBOX = ROOT / "infra" / "images" / "monitoring" / "blackbox.yml"
OURS = re.compile(r'probe_ssl_last_chain_info\{.*issuer="[^"]*O=BEM [^"]*"')
"""What the alert PublicCertificateIsOurOwn looks for."""


class Silent(BaseHTTPRequestHandler):
    """Answers everything."""

    def do_GET(self) -> None:
        """As a load balancer would."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def front(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """A TLS server with a certificate of our own CA; notes the names that it is asked for."""
    stack = Stack("seen", root=tmp_path, given={"bem:certificates": {"names": ["bem.test"]}})
    wish = Profile(
        party="load-balancer",
        common_name="load-balancer",
        names=("bem.test",),
        addresses=(),
        server=True,
        client=False,
        uid=0,
        days=30,
    )
    leaf = issue(stack, wish, authority(stack))
    (tmp_path / "pair.pem").write_bytes(leaf.chain + leaf.key)
    side, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    side.load_cert_chain(tmp_path / "pair.pem")

    def note(_socket: Any, name: str | None, _context: ssl.SSLContext) -> None:
        asked.append(name or "")

    side.sni_callback = note
    server = HTTPServer(("127.0.0.1", 0), Silent)
    server.socket = side.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.05), daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def test_the_issuer_is_told_by_the_public_name(
    workshop: Workshop, monitoring_image: str, front: tuple[int, list[str]]
) -> None:
    """The module asks under the name that it is given, and tells the issuer although nobody verifies it."""
    port, asked = front
    listening = free(1)[0]
    exporter = workshop.engine.containers.run(
        monitoring_image,
        [
            "prometheus-blackbox-exporter",
            "--config.file=/b.yml",
            f"--web.listen-address=127.0.0.1:{listening}",
        ],
        entrypoint=[],
        detach=True,
        network_mode="host",
        volumes=[f"{BLACKBOX}:/b.yml:ro"],
    )
    url = f"http://127.0.0.1:{listening}/probe"
    question = {"module": "public", "target": f"https://127.0.0.1:{port}/readyz", "hostname": "bem.test"}

    def told() -> str:
        try:
            return httpx.get(url, params=question, timeout=10, trust_env=False).text
        except httpx.TransportError:
            return ""

    try:
        until(lambda: "probe_success" in told(), 20)
        text = told()
    finally:
        exporter.remove(force=True, v=True)
    assert "probe_success 1" in text
    assert OURS.search(text), text
    assert "probe_ssl_earliest_cert_expiry" in text
    assert set(asked) == {"bem.test"}
