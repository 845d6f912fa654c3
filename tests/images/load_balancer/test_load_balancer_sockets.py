import socket
import ssl

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RemoteSettingsChanged, ResponseReceived
from h2.settings import SettingCodes
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.images.authority import Authority
from tests.images.load_balancer.view import FRIEND, HTTPS
from tests.images.workshop import Container, port

pytestmark = pytest.mark.platform

HI = b"\x81\x82\x00\x00\x00\x00hi"
"""The text `hi` as a client's frame (RFC 6455), masked with zeros."""


def trust(authority: Authority, *protocols: str) -> ssl.SSLContext:
    """A client's context."""
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.set_alpn_protocols(list(protocols))
    return context


def said_back(container: Container, authority: Authority, origin: str | None) -> str | bytes:
    """What the service behind /ws says to `hi`."""
    address = f"wss://localhost:{port(container, HTTPS)}/ws"
    context = trust(authority, "http/1.1")
    with connect(address, ssl=context, origin=origin, open_timeout=5, compression=None) as channel:  # type: ignore[arg-type]
        channel.send("hi")
        return channel.recv(timeout=5)


@pytest.mark.parametrize("origin", [None, FRIEND])
def test_a_socket_reaches_its_service(guarded: Container, authority: Authority, origin: str | None) -> None:
    """By the upgrade of HTTP/1.1; a program sends no origin, a browser does."""
    assert said_back(guarded, authority, origin) == "hi"


def test_a_page_of_the_platform_may_open_one(guarded: Container, authority: Authority) -> None:
    """Its own origin needs no entry in the list."""
    assert said_back(guarded, authority, f"https://localhost:{port(guarded, HTTPS)}") == "hi"


def test_a_foreign_page_may_not(guarded: Container, authority: Authority) -> None:
    """Browsers ask nobody before they open a WebSocket."""
    with pytest.raises(InvalidStatus) as refused:
        said_back(guarded, authority, "https://evil.example.org")
    assert refused.value.response.status_code == 403


def test_a_socket_over_http2(guarded: Container, authority: Authority) -> None:
    """RFC 8441: one stream of a connection that carries other requests, too."""
    address = ("localhost", port(guarded, HTTPS))
    with socket.create_connection(address, 5) as plain:
        secure = trust(authority, "h2").wrap_socket(plain, server_hostname="localhost")
        connection = H2Connection(H2Configuration())
        connection.initiate_connection()
        secure.sendall(connection.data_to_send())
        said, settings, status = b"", {}, ""
        while not said:
            for event in connection.receive_data(secure.recv(65536)):
                if isinstance(event, RemoteSettingsChanged):
                    settings = event.changed_settings
                    connection.send_headers(1, request(address[1]))
                elif isinstance(event, ResponseReceived):
                    status = dict(event.headers)[b":status"].decode()
                    connection.send_data(1, HI)
                elif isinstance(event, DataReceived):
                    said = event.data
            secure.sendall(connection.data_to_send())
    assert settings[SettingCodes.ENABLE_CONNECT_PROTOCOL].new_value == 1
    assert (status, said) == ("200", b"\x81\x02hi")


def request(number: int) -> list[tuple[str, str]]:
    """The extended CONNECT."""
    return [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "https"),
        (":path", "/ws"),
        (":authority", f"localhost:{number}"),
        ("sec-websocket-version", "13"),
    ]
