"""A small HTTPS server with items, that can be stopped, refuse, fall silent and lose rows."""

import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from drills.endpoint import Endpoint
from operation.stack import Stack
from services.base.tokens import Refused, Verifier
from tokens.keys import jwks, key_file, keys_of

SILENCE = 3.0
"""Seconds without an answer: longer than a witness waits."""


class Platform:
    """Files in the checkout say how it is, so that the cells of a runbook can break and mend it.

    `mode` holds `good`, `refuse` or `silent`; a number in `lose` removes as many of the newest rows, once.
    """

    def __init__(self, stack: Stack) -> None:
        self.root = stack.root
        self.folder = stack.make_folder("certs")
        self.items: dict[int, str] = {}
        self.lock = threading.Lock()
        self.port = 0
        self.last = 41
        self._server: Server | None = None
        issue(self.folder)
        self.keys = key_file(stack)
        (self.folder / "token-keys").write_text(jwks(keys_of(stack)))
        self.verifier = Verifier(self.folder / "token-keys")

    @property
    def endpoint(self) -> Endpoint:
        """Where a witness finds it."""
        return Endpoint(f"https://127.0.0.1:{self.port}", str(self.folder / "root.pem"), str(self.keys))

    def start(self) -> None:
        """Listens, on the same port as before."""
        server = Server(("127.0.0.1", self.port), Handler)
        server.platform = self
        server.context.load_cert_chain(self.folder / "leaf.pem", self.folder / "leaf.key")
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._server = server

    def stop(self) -> None:
        """Stops listening and cuts every connection."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut()
            self._server = None

    def mode(self) -> str:
        """How it is to answer now; a loss is carried out first."""
        lose = self.root / "lose"
        with self.lock:
            if lose.exists():
                for number in sorted(self.items)[-int(lose.read_text() or 0) :]:
                    del self.items[number]
                self.last = max(self.items, default=0)
                lose.unlink()
        mode = self.root / "mode"
        return mode.read_text().strip() if mode.exists() else "good"

    def create(self, name: str) -> dict[str, Any]:
        """Adds a row; ids go on from the newest that is there, as after a restore."""
        with self.lock:
            self.last += 1
            self.items[self.last] = name
            return {"id": self.last, "name": name, "created_at": datetime.now(UTC).isoformat()}

    def page(self, after: int, limit: int) -> dict[str, Any]:
        """Rows after an id, as the api gives them."""
        with self.lock:
            found = [{"id": key, "name": self.items[key]} for key in sorted(self.items) if key > after][
                :limit
            ]
        return {"items": found, "next": found[-1]["id"] if len(found) == limit else None}


class Server(ThreadingHTTPServer):
    """TLS in each connection's own thread, and a list of the connections."""

    daemon_threads = True
    request_queue_size = 64
    platform: Platform

    def __init__(self, *args: Any) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.open: set[socket.socket] = set()
        super().__init__(*args)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shakes hands, then serves."""
        try:
            with self.context.wrap_socket(request, server_side=True) as tls:
                self.open.add(tls)
                super().finish_request(tls, client_address)
        except OSError:
            return

    def cut(self) -> None:
        """Cuts every connection."""
        for each in list(self.open):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Handler(BaseHTTPRequestHandler):
    """`/items`, and nothing else."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:  # http.server's spelling
        """Creates an item."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        platform = self.server.platform
        mode = platform.mode()
        if not self._known("items:write"):
            self._answer(401, {"detail": "no good token"})
        elif mode == "good":
            self._answer(201, platform.create(body["name"]))
        elif mode == "refuse":
            self._answer(503, {"detail": "not now"})
        else:
            platform.create(body["name"])
            time.sleep(SILENCE)
            self.close_connection = True

    def do_GET(self) -> None:
        """Lists items."""
        mode = self.server.platform.mode()
        if not self._known("items:read"):
            self._answer(401, {"detail": "no good token"})
            return
        if mode != "good":
            self._answer(503, {"detail": "not now"})
            return
        asked = parse_qs(urlsplit(self.path).query)
        after, limit = int(asked.get("after", ["0"])[0]), int(asked.get("limit", ["100"])[0])
        self._answer(200, self.server.platform.page(after, limit))

    def _known(self, scope: str) -> bool:
        """Whether the request carries a good token."""
        try:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            return bool(self.server.platform.verifier.verify(token, scope))
        except Refused:
            return False

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def issue(folder: Path) -> None:
    """Makes `root.pem`, and `leaf.pem` with its key for 127.0.0.1."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("test root", root_key, "test root", root_key, ca=True)
    leaf = _certificate("test root", root_key, "test leaf", key, ca=False)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "leaf.key").write_bytes(private)


def _certificate(
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .issuer_name(name(issuer))
        .subject_name(name(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
