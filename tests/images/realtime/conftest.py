"""Two replicas of realtime over a real Redis, and clients with tokens."""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from websockets.sync.client import ClientConnection, connect

from infra.parties import REALTIME
from infra.services import image_args
from operation.stack import Stack
from tests.images.authority import Authority
from tests.images.conftest import IMAGES, Party, Password, Secret
from tests.images.realtime.client import Client
from tests.images.workshop import Container, Workshop, healthy, port, until

KEY = Ed25519PrivateKey.generate()
SMALL = {
    "REALTIME_MAX_CONNECTIONS": "1200",
    "REALTIME_RETENTION_MESSAGES": "500",
    "REALTIME_DRAIN_SECONDS": "2",
}

PATIENT = {"open_timeout": 20, "close_timeout": 1, "ping_interval": None}

Token = Callable[..., str]
Replica = Callable[..., Container]
Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def token() -> Token:
    """Signs tokens as the platform does."""

    def sign(seconds: float = 600, scope: str = "realtime pulses:write", subject: str = "ann") -> str:
        now = int(time.time())
        claims = {
            "iss": "bem",
            "aud": "bem",
            "sub": subject,
            "iat": now,
            "exp": now + seconds,
            "scope": scope,
        }
        return jwt.encode(claims, KEY, algorithm="EdDSA", headers={"kid": "one"})

    return sign


@pytest.fixture(scope="session")
def start(
    workshop: Workshop, party: Party, cache: Container, cache_password: Password, secret: Secret
) -> Replica:
    """Starts one more replica, and waits until it is healthy."""
    args = image_args(Stack("local"), REALTIME)
    assert args.context
    assert cache
    image = workshop.build("realtime", args.context, IMAGES / "service" / "Dockerfile", args.args)
    key = {**OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "one"}
    mounts = {
        str(party(REALTIME.role, REALTIME.uid, REALTIME.common_name, "localhost")): "/certs:ro",
        secret("token-keys", REALTIME.uid, json.dumps({"keys": [key]})): "/run/secrets/token-keys:ro",
        **cache_password(REALTIME.role, REALTIME.uid),
    }

    def run(**environment: str) -> Container:
        container = workshop.run(image, REALTIME.role, mounts, {**SMALL, **environment}, ports=(8443,))
        until(lambda: healthy(container)[0], 90)
        return container

    return run


@pytest.fixture(scope="session")
def replicas(start: Replica) -> tuple[Container, Container]:
    """Two that stay; at the second one may say much."""
    return start(), start(REALTIME_MESSAGES_PER_SECOND="5000")


@pytest.fixture(scope="session")
def context(authority: Authority, party: Party) -> ssl.SSLContext:
    """TLS as the load balancer does it."""
    folder: Path = party("load-balancer", 6002, "load-balancer", "localhost") / "current"
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.fixture
def client(context: ssl.SSLContext, token: Token) -> Iterator[Connect]:
    """Connects to a replica, by default with a good token; at the end closes what is open."""
    made: list[ClientConnection] = []

    def open_one(replica: Container, bearer: str | None = "", **options: object) -> Client:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer or token()}"}
        address = f"wss://localhost:{port(replica, 8443)}/ws"
        settings = {"additional_headers": headers, "compression": None, **PATIENT, **options}
        connection = connect(address, ssl=context, **settings)  # type: ignore[arg-type]  # checked by its tests
        made.append(connection)
        client = Client(connection)
        if bearer == "":
            assert client.next()["type"] == "authenticated"
        return client

    yield open_one
    for connection in made:
        connection.close()
