"""Open connections of a revoked client, at a real server."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from fastapi import FastAPI

from infra.ports import free
from services.base import revocation
from services.base.drain import Drain
from services.base.revocation import revoked
from services.base.server import Server, uvicorn_config
from tests.images.authority import Authority

REQUEST = b"GET /nowhere HTTP/1.1\r\nHost: api\r\n\r\n"


@pytest.fixture
def authority() -> Authority:
    """Ours."""
    return Authority()


def pair(authority: Authority, folder: Path, name: str) -> Path:
    """A party's certificates, owned by who runs the tests."""
    return authority.deliver(folder, os.getuid(), name, (name,)) / "current"


@pytest.fixture
def server(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Server]:
    """Answers everybody of ours with 404, and looks for revoked clients often."""
    monkeypatch.setattr(revocation, "PAUSE", 0.05)
    config = uvicorn_config(FastAPI(), pair(authority, tmp_path / "api", "api"))
    config.host, (config.port,) = "127.0.0.1", free(1)
    made = Server(config, Drain())
    made.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.should_exit = True
    thread.join()


def connected(server: uvicorn.Server, authority: Authority, shown: Path) -> ssl.SSLSocket:
    """A connection of a client that shows a certificate."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.load_cert_chain(shown / "cert.pem", shown / "key.pem")
    while True:
        try:
            plain = socket.create_connection(("127.0.0.1", server.config.port), 5)
        except ConnectionRefusedError:
            continue
        return context.wrap_socket(plain, server_hostname="api")


def asked(connection: ssl.SSLSocket) -> bytes:
    """The beginning of a whole answer; empty when the connection was closed."""
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"}"):
        piece = connection.recv(65536)
        if not piece:
            return b""
        answer += piece
    return answer[:12]


def serial(folder: Path) -> int:
    """Of the certificate in a folder."""
    return x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes()).serial_number


def test_an_open_connection_is_cut_and_others_go_on(
    server: uvicorn.Server, authority: Authority, tmp_path: Path
) -> None:
    """Without a word of the client, and without another handshake."""
    bad, good = (pair(authority, tmp_path / name, name) for name in ("bad", "good"))
    with connected(server, authority, bad) as cut, connected(server, authority, good) as kept:
        assert asked(cut) == asked(kept) == b"HTTP/1.1 404"
        authority.revoked.append(serial(bad))
        pair(authority, tmp_path / "api", "api")
        with suppress(ConnectionResetError):
            assert cut.recv(1) == b""
        assert asked(kept) == b"HTTP/1.1 404"


def test_a_renewal_alone_cuts_nobody(server: uvicorn.Server, authority: Authority, tmp_path: Path) -> None:
    """New certificates come often; connections live on."""
    folder = pair(authority, tmp_path / "client", "client")
    with connected(server, authority, folder) as kept:
        assert asked(kept) == b"HTTP/1.1 404"
        pair(authority, tmp_path / "api", "api")
        kept.settimeout(0.3)
        with pytest.raises(TimeoutError):
            kept.recv(1)
        assert asked(kept) == b"HTTP/1.1 404"


def test_what_lists_say(authority: Authority, tmp_path: Path) -> None:
    """All serial numbers of both; a folder without lists says nothing, and a broken one is an error."""
    authority.revoked += [7, 8]
    folder = pair(authority, tmp_path / "api", "api")
    assert revoked(folder) == {7, 8}
    (folder / "crl.pem").unlink()
    assert revoked(folder) == frozenset()
    (folder / "crl.pem").write_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
    with pytest.raises(ValueError, match=r".+"):
        revoked(folder)
