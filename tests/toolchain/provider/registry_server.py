"""A real registry on this host: Debian's docker-registry in a container."""

import contextlib
import datetime as dt
import ipaddress
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import docker
import docker.errors
import requests
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.ports import free
from tests.toolchain.provider.programs import IMAGE

USER, PASSWORD = "builder", "a-registry-password"
_SECONDS = 20
_DOCKERFILE = f"""FROM {IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends docker-registry
RUN printf '%s\\n' 'version: 0.1' 'storage:' '  filesystem:' '    rootdirectory: /registry' \
    'http:' '  addr: :5000' > /config.yml
RUN perl -e 'print "{USER}:" . crypt("{PASSWORD}", q($2y$05$abcdefghijklmnopqrstuu)) . "\\n"' > /htpasswd
"""
_START = "printenv CERTIFICATE > /cert.pem; printenv KEY > /key.pem; exec docker-registry serve /config.yml"
BASIC = {
    "REGISTRY_AUTH": "htpasswd",
    "REGISTRY_AUTH_HTPASSWD_REALM": "test",
    "REGISTRY_AUTH_HTPASSWD_PATH": "/htpasswd",
}
"""Variables of a registry with a password."""


@dataclass
class Pair:
    """A key, and a certificate that it has signed itself."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @cached_property
    def certificate(self) -> x509.Certificate:
        """For 127.0.0.1, for a day."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test registry")])
        now = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(hours=1))
        builder = builder.not_valid_after(now + dt.timedelta(days=1))
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([here]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def pem(self) -> tuple[str, str]:
        """Certificate and key as text."""
        private = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


@dataclass
class RegistryServer:
    """One registry.

    Attributes:
        engine: Docker.
        host: address and port.
        scheme: `http`, or `https` with a certificate that nobody trusts.
        container: its identity.
    """

    engine: Any
    host: str
    scheme: str
    container: str

    def digest(self, repository: str, tag: str) -> str | None:
        """What a tag means there, by a question of the test's own; None when it means nothing."""
        answer = requests.head(
            f"{self.scheme}://{self.host}/v2/{repository}/manifests/{tag}",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
            auth=(USER, PASSWORD),
            timeout=_SECONDS,
            verify=False,  # noqa: S501  # of this host
        )
        return answer.headers["Docker-Content-Digest"] if answer.ok else None

    def delete(self, repository: str, digest: str) -> None:
        """Take an image away behind everybody's back."""
        requests.delete(
            f"{self.scheme}://{self.host}/v2/{repository}/manifests/{digest}",
            auth=(USER, PASSWORD),
            timeout=_SECONDS,
        ).raise_for_status()

    def stop(self) -> None:
        """It answers no more."""
        self.engine.api.stop(self.container, timeout=0)

    def await_answer(self) -> None:
        """Wait until it answers."""
        ended = threading.Event()
        for _ in range(_SECONDS * 10):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{self.scheme}://{self.host}/v2/", timeout=_SECONDS, verify=False)  # noqa: S501  # as above
                return
            ended.wait(0.1)
        raise AssertionError(self.engine.api.logs(self.container).decode())


@contextmanager
def built(folder: Path) -> Iterator[str]:
    """The name of an image of Debian's registry, for as long as the block lasts."""
    name = f"test-registry:{uuid.uuid4().hex[:8]}"
    (folder / "Dockerfile").write_text(_DOCKERFILE)
    engine = docker.from_env()
    engine.images.build(path=str(folder), tag=name, rm=True, forcerm=True)
    yield name
    engine.api.remove_image(name)


@contextmanager
def serving(
    image: str,
    settings: Mapping[str, str] | None = None,
    *,
    tokens: Pair | None = None,
    deletes: bool = True,
    tls: Pair | None = None,
) -> Iterator[RegistryServer]:
    """A registry on a free port of 127.0.0.1; at the end nothing that was pushed there is left here.

    Args:
        image: of `built`.
        settings: other variables of its configuration.
        deletes: whether it deletes images when it is asked.
        tokens: signs the tokens that it takes.
        tls: its certificate.
    """
    engine, (port,) = docker.from_env(), free(1)
    variables = {"REGISTRY_STORAGE_DELETE_ENABLED": str(deletes).lower(), **(settings or {})}
    if tokens:
        variables["CERTIFICATE"], _ = tokens.pem()
    if tls:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        variables["CERTIFICATE"], variables["KEY"] = tls.pem()
        variables["REGISTRY_HTTP_TLS_CERTIFICATE"] = "/cert.pem"
        variables["REGISTRY_HTTP_TLS_KEY"] = "/key.pem"
    made = engine.containers.run(
        image,
        ["sh", "-c", _START],
        name=f"test-registry-{uuid.uuid4().hex[:8]}",
        environment=variables,
        ports={"5000/tcp": ("127.0.0.1", port)},
        detach=True,
    )
    server = RegistryServer(engine, f"127.0.0.1:{port}", "https" if tls else "http", made.id)
    try:
        server.await_answer()
        yield server
    finally:
        made.remove(force=True, v=True)
        _sweep(engine, f"{server.host}/")


def _sweep(engine: Any, prefix: str) -> None:
    """Tags, and what has lost its tag to a newer image and has only its digest there."""
    for image in engine.api.images():
        for name in (*(image["RepoTags"] or []), *(image["RepoDigests"] or [])):
            if name.startswith(prefix):
                with contextlib.suppress(docker.errors.ImageNotFound):  # its digest goes with its last tag
                    engine.api.remove_image(name, force=True)
