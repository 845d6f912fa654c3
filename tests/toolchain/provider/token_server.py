"""A server of tokens, as Docker Hub has one: a registry of the second kind sends its users there."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from infra.ports import free
from tests.toolchain.provider.programs import encoded
from tests.toolchain.provider.registry_server import PASSWORD, USER, Pair

ISSUER, SERVICE = "test-tokens", "test-registry"


@contextmanager
def giving_tokens(pair: Pair) -> Iterator[str]:
    """The address of such a server on this host, for as long as the block lasts.

    Args:
        pair: signs the tokens.
    """
    wanted = f"Basic {encoded(f'{USER}:{PASSWORD}')}"

    class Handler(BaseHTTPRequestHandler):
        """Gives a token to the one user that it knows."""

        def do_GET(self) -> None:
            """A token for what is asked for."""
            asked = parse_qs(urlsplit(self.path).query)
            good = self.headers.get("Authorization") == wanted
            body = json.dumps({"token": token(pair, asked.get("scope", []))} if good else {}).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", free(1)[0]), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token"
    finally:
        server.shutdown()
        server.server_close()


def settings(realm: str) -> dict[str, str]:
    """Variables of a registry that sends its users to such a server."""
    return {
        "REGISTRY_AUTH": "token",
        "REGISTRY_AUTH_TOKEN_REALM": realm,
        "REGISTRY_AUTH_TOKEN_ISSUER": ISSUER,
        "REGISTRY_AUTH_TOKEN_SERVICE": SERVICE,
        "REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE": "/cert.pem",
    }


def token(pair: Pair, scopes: list[str]) -> str:
    """A signed token for these scopes (`repository:team/app:pull,push`), in the form of RFC 7519."""
    der = pair.certificate.public_bytes(serialization.Encoding.DER)
    header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
    now = int(time.time())
    access = [
        {"type": kind, "name": name, "actions": actions.split(",")}
        for kind, name, actions in (scope.split(":", 2) for scope in scopes)
    ]
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": SERVICE,
        "sub": USER,
        "access": access,
        "jti": str(now),
    }
    claims |= {"iat": now, "nbf": now - 60, "exp": now + 300}
    signed = ".".join(_url(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_url(pair.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
