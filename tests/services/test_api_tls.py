import os
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509

from services.base.tls import Renewal
from tests.images.authority import Authority


class Listener:
    """Accepts handshakes one after the other and answers each with one word."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(plain, server_side=True) as connection:
                    connection.sendall(b"ready")
            except OSError:
                plain.close()

    def close(self) -> None:
        """Ends the thread."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def greeting(port: int, context: ssl.SSLContext) -> tuple[bytes, int]:
    """What the server says after the handshake, and the serial number that it showed."""
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="api") as connection,
    ):
        shown = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
        return connection.recv(5), shown.serial_number


def trusting(authority: Authority) -> ssl.SSLContext:
    """A client that trusts the authority, and has nothing to show."""
    return ssl.create_default_context(cadata=authority.trust.decode())


def showing(context: ssl.SSLContext, folder: Path) -> ssl.SSLContext:
    """The client with a certificate."""
    context.load_cert_chain(folder / "current/cert.pem", folder / "current/key.pem")
    return context


@pytest.fixture
def authority() -> Authority:
    """Ours."""
    return Authority()


def deliver(authority: Authority, folder: Path, name: str) -> Path:
    """A party's certificates, owned by who runs the tests."""
    return authority.deliver(folder, os.getuid(), name, (name,))


def test_a_client_of_ours_is_served(authority: Authority, tmp_path: Path) -> None:
    """With a certificate of our CA the server answers, and gives no ticket to come back with."""
    listener = Listener(Renewal(deliver(authority, tmp_path / "api", "api") / "current").context)
    context = showing(trusting(authority), deliver(authority, tmp_path / "client", "client"))
    assert greeting(listener.port, context)[0] == b"ready"
    listener.close()


@pytest.mark.parametrize("foreign", [False, True])
def test_anybody_else_is_refused(authority: Authority, tmp_path: Path, foreign: bool) -> None:
    """Without a certificate, or with one of another CA, the first read fails."""
    listener = Listener(Renewal(deliver(authority, tmp_path / "api", "api") / "current").context)
    context = trusting(authority)
    if foreign:
        context = showing(context, deliver(Authority(), tmp_path / "client", "client"))
    with pytest.raises((ssl.SSLError, ConnectionError)):
        greeting(listener.port, context)
    listener.close()


def test_a_renewed_certificate_is_shown_without_a_restart(authority: Authority, tmp_path: Path) -> None:
    """The next handshake after the symlink moved shows the new serial number."""
    folder = deliver(authority, tmp_path / "api", "api")
    listener = Listener(Renewal(folder / "current").context)
    context = showing(trusting(authority), deliver(authority, tmp_path / "client", "client"))
    before = greeting(listener.port, context)[1]
    assert greeting(listener.port, context)[1] == before
    deliver(authority, tmp_path / "api", "api")
    assert greeting(listener.port, context)[1] != before
    listener.close()


def test_a_broken_renewal_leaves_the_old_certificate(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A key that does not fit is refused and logged; the old pair serves on."""
    folder = deliver(authority, tmp_path / "api", "api")
    listener = Listener(Renewal(folder / "current").context)
    context = showing(trusting(authority), deliver(authority, tmp_path / "client", "client"))
    before = greeting(listener.port, context)[1]
    broken = folder / "generation-broken"
    broken.mkdir()
    for name in ("cert.pem", "ca.pem"):
        (broken / name).write_bytes((folder / "current" / name).read_bytes())
    (broken / "key.pem").write_bytes(authority.leaf("api", ("api",))[1])
    (folder / "fresh").symlink_to(broken.name)
    (folder / "fresh").replace(folder / "current")
    assert greeting(listener.port, context)[1] == before
    assert "new certificates refused" in caplog.text
    listener.close()


def test_a_revoked_client_is_refused(authority: Authority, tmp_path: Path) -> None:
    """From the next delivery on, without a restart; another client of the same CA is served."""
    folder = deliver(authority, tmp_path / "api", "api")
    listener = Listener(Renewal(folder / "current").context)
    client = deliver(authority, tmp_path / "client", "client")
    assert greeting(listener.port, showing(trusting(authority), client))[0] == b"ready"
    shown = x509.load_pem_x509_certificate((client / "current/cert.pem").read_bytes())
    authority.revoked.append(shown.serial_number)
    deliver(authority, tmp_path / "api", "api")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        greeting(listener.port, showing(trusting(authority), client))
    other = deliver(authority, tmp_path / "other", "other")
    assert greeting(listener.port, showing(trusting(authority), other))[0] == b"ready"
    listener.close()


def test_without_lists_nobody_is_revoked(authority: Authority, tmp_path: Path) -> None:
    """A generation of an earlier release has none."""
    folder = deliver(authority, tmp_path / "api", "api")
    (folder / "current" / "crl.pem").unlink()
    listener = Listener(Renewal(folder / "current").context)
    context = showing(trusting(authority), deliver(authority, tmp_path / "client", "client"))
    assert greeting(listener.port, context)[0] == b"ready"
    listener.close()
