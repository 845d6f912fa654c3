"""Stacks, profiles, clocks and servers for the tests of certificates."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from certs.ca import signature
from certs.pairs.leaf import Leaf
from certs.pairs.profile import Profile
from operation.stack import Stack

CLOCKS = tuple(
    f"certs.{each}"
    for each in (
        "ca.signature",
        "ca.issuer",
        "ca.register",
        "pairs.leaf",
        "pairs.store",
        "revocation.lists",
        "revocation.revocation",
        "foreign.imports",
        "serving.renewal",
    )
)

Ask = Callable[..., Profile]
Clock = Callable[[float], AbstractContextManager[None]]
Files = Callable[[Leaf], Path]
Serve = Callable[..., int]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in a checkout of its own."""
    found = Stack("crt-test", root=tmp_path)
    found.file.write_text("config: {}\n")
    return found


@pytest.fixture
def ask() -> Ask:
    """Makes a profile, sound but for what the test changes."""

    def profile(**changes: object) -> Profile:
        wish: dict[str, object] = {
            "party": "api",
            "common_name": "bem_api",
            "names": ["api", "localhost"],
            "addresses": ["127.0.0.1", "::1"],
            "server": True,
            "client": True,
            "uid": 6004,
            "days": 90,
        }
        return Profile.model_validate(wish | changes)

    return profile


@pytest.fixture
def clock() -> Clock:
    """Turns the clock of the certificates' code by some days while a block runs."""
    return turned


@contextmanager
def turned(days: float) -> Iterator[None]:
    """The same, for fixtures of a module."""
    at = signature.now() + timedelta(days=days)
    with ExitStack() as patches:
        for module in CLOCKS:
            patches.enter_context(mock.patch(f"{module}.now", return_value=at))
        yield


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Writes a pair and its anchors into a folder, as servers read them."""

    def written(leaf: Leaf) -> Path:
        folder = tmp_path / f"files-{leaf.serial}"
        folder.mkdir(exist_ok=True)
        (folder / "cert.pem").write_bytes(leaf.chain)
        (folder / "key.pem").write_bytes(leaf.key)
        (folder / "ca.pem").write_bytes(leaf.anchors)
        return folder

    return written


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts TLS servers on loopback; they read their pair for each client and answer one byte."""
    with ExitStack() as stack:

        def started(
            folder: Path, *, mutual: bool = False, preamble: bytes = b"", own: ssl.SSLContext | None = None
        ) -> int:
            side = own or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if mutual:
                side.load_verify_locations(folder / "ca.pem")
                side.verify_mode = ssl.CERT_REQUIRED
            listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            threading.Thread(target=_answer, args=(listener, side, folder, preamble), daemon=True).start()
            port: int = listener.getsockname()[1]
            return port

        yield started


def _answer(listener: socket.socket, side: ssl.SSLContext, folder: Path, preamble: bytes) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        with suppress(OSError), closing(plain):
            plain.settimeout(5)
            side.load_cert_chain(folder / "cert.pem", folder / "key.pem")
            if preamble:
                plain.recv(8)
                plain.sendall(preamble)
            with side.wrap_socket(plain, server_side=True) as connection:
                if connection.recv(100):
                    connection.sendall(b"E")
