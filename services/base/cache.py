"""How a service reaches Redis: mutual TLS, and an ACL user of its own with a secret."""

import ssl
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.base.postgres import CERTIFICATES

PASSWORD = Path("/run/secrets/cache-password")
HOST, PORT = "cache", 6379


def cache_client(
    user: str, *, seconds: float | None = 1.0, certificates: Path = CERTIFICATES, password: Path = PASSWORD
) -> Redis:
    """A client that connects when it is first used, and again after each loss.

    It retries nothing by itself: a caller knows whether asking twice does harm.

    Args:
        user: the ACL user; the service's role.
        seconds: longest wait for an answer; None for a client that waits for messages.
        certificates: where the service's pair and its CA lie; read at every connection.
        password: file of the user's secret.
    """
    client: Redis = Redis(
        host=HOST,
        port=PORT,
        username=user,
        password=password.read_text().strip(),
        ssl=True,
        ssl_ca_certs=f"{certificates}/ca.pem",
        ssl_certfile=f"{certificates}/cert.pem",
        ssl_keyfile=f"{certificates}/key.pem",
        ssl_check_hostname=True,
        ssl_min_version=ssl.TLSVersion.TLSv1_3,
        socket_connect_timeout=1.0,
        socket_timeout=seconds,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
        client_name=user,
    )
    return client
