"""Who asks the object store, and how."""

import ssl
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from tests.images.workshop import Container, Workshop, port

BUCKET = "backups"


DAYS = "7"


SECRETS = {
    "s3-access-key": "client",
    "s3-secret-key": "client-secret-of-a-test",
    "s3-admin-access-key": "admin",
    "s3-admin-secret-key": "admin-secret-of-a-test",
}


CLIENT = (SECRETS["s3-access-key"], SECRETS["s3-secret-key"])


ADMIN = (SECRETS["s3-admin-access-key"], SECRETS["s3-admin-secret-key"])


Start = Callable[..., Container]


def s3(store: Container, trust: str, keys: tuple[str, str] = CLIENT, scheme: str = "https") -> Any:
    """A client; boto3's are typed by name only."""
    return boto3.client(
        "s3",
        endpoint_url=f"{scheme}://localhost:{port(store, 8333)}",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        region_name="us-east-1",
        verify=trust,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def address_of(container: Container, workshop: Workshop) -> str:
    """Its address in the network of the run."""
    container.reload()
    return str(container.attrs["NetworkSettings"]["Networks"][workshop.name]["IPAddress"])


def served_of(container: Container) -> str:
    """The certificate that it shows; empty while nobody answers."""
    try:
        return ssl.get_server_certificate(("localhost", port(container, 8333)))
    except OSError:
        return ""
