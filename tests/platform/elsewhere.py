"""An S3 that belongs to no stack: another server, with keys and a certificate of its own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from infra.object_store import build_context
from infra.parties import OBJECT_STORE
from infra.ports import free
from operation.stack import ROOT, Stack
from tests.images.authority import Authority
from tests.images.workshop import MEMORY, Workshop, healthy, logs, until

BUCKET = "of-another-host"
LOCK_DAYS = 3
GATEWAY = "docker_gwbridge"
"""By it containers of a stack leave, and reach this host as they would another."""


@dataclass(frozen=True)
class Elsewhere:
    """Where it is, and what is needed to use it.

    Attributes:
        endpoint: host:port.
        bucket: made, versioned and locked.
        keys: file with access key and secret.
        roots: file with its root, by its path in the checkout.
        container: the server's.
    """

    endpoint: str
    bucket: str
    keys: Path
    roots: str
    container: Any


@contextmanager
def elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """Runs one until the block ends; its data goes with it."""
    workshop = Workshop(folder)
    name = f"elsewhere-{secrets.token_hex(3)}"
    roots = ROOT / ".ops" / f"{name}.pem"
    try:
        with _running(workshop, name, folder) as (container, endpoint, authority):
            roots.write_bytes(authority.trust)
            keys = folder / "keys"
            keys.write_text("somebody\nsomebodys-secret-of-a-test\n")
            yield Elsewhere(endpoint, BUCKET, keys, str(roots.relative_to(ROOT)), container)
    finally:
        roots.unlink(missing_ok=True)
        workshop.close()


@contextmanager
def _running(workshop: Workshop, name: str, folder: Path) -> Iterator[tuple[Any, str, Authority]]:
    network = docker.from_env().networks.get(GATEWAY)
    address, port = network.attrs["IPAM"]["Config"][0]["Gateway"], free(1)[0]
    authority = Authority()
    role = OBJECT_STORE.role
    certificates = authority.deliver(folder / role, OBJECT_STORE.uid, role, (role, address))
    image = workshop.build(role, build_context(Stack(name)), ROOT / "infra" / "images" / role / "Dockerfile")
    container = workshop.engine.containers.run(
        image,
        name=name,
        detach=True,
        read_only=True,
        tmpfs=MEMORY,
        environment={"BUCKET": BUCKET, "LOCK_DAYS": str(LOCK_DAYS)},
        volumes=[
            f"{certificates}:/certs:ro",
            f"{_secrets(folder)}:/run/secrets:ro",
            f"{workshop.volume()}:/data",
        ],
        ports={"8333/tcp": (address, port)},
    )
    try:
        until(lambda: healthy(container)[0], 60)
        yield container, f"{address}:{port}", authority
    except AssertionError as error:
        raise AssertionError(logs(container)) from error
    finally:
        container.remove(force=True, v=True)


def _secrets(folder: Path) -> Path:
    found = folder / "secrets"
    found.mkdir()
    words = {
        "s3-access-key": "somebody",
        "s3-secret-key": "somebodys-secret-of-a-test",
        "s3-admin-access-key": "its-owner",
        "s3-admin-secret-key": "its-owners-secret-of-a-test",
    }
    for name, text in words.items():
        (found / name).write_text(text)
    return found
