"""The object store's own front, told to misbehave towards everybody but the store's own health check."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from operation.containers import containers
from operation.stack import ROOT
from tests.images.workshop import healthy
from tests.platform.deployment import Deployment, awaited

ROLE = "object-store"
CONFIGURATION = ROOT / "infra" / "images" / ROLE / "haproxy.cfg"
TARGET = "/srv/object-store/haproxy.cfg"
OTHERS = "if !{ src 127.0.0.0/8 }"
START_SECONDS = 60

SLOW = f"""
    filter bwlim-in slowly default-limit 4k default-period 1s
    tcp-request content set-bandwidth-limit slowly {OTHERS}
"""
"""Four KiB a second, each connection."""

FAILING = f'http-request return status 500 content-type application/xml string "<Error/>" {OTHERS}'
NOW_AND_THEN = f"{FAILING} {{ rand(5) eq 0 }}"
"""Every fifth request, by chance."""

LATE = f'http-request set-header x-amz-date "%[date(-1200),utime(%Y%m%dT%H%M%SZ)]" {OTHERS}'
"""Requests arrive as from a host whose clock is twenty minutes behind; it is the store that refuses them."""


@contextmanager
def misbehaving(deployment: Deployment, *lines: str) -> Iterator[None]:
    """The real store behind a front with these lines more, until the block ends; each costs it a restart."""
    name = f"{deployment.name}-front-{secrets.token_hex(3)}"
    service = deployment.stack.object_name(ROLE)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "haproxy.cfg"
        file.write_text(configuration(lines))
        _docker("config", "create", name, str(file))
    try:
        _changed(deployment, "--config-add", f"source={name},target={TARGET}", service)
        yield
    finally:
        _changed(deployment, "--config-rm", name, service)
        _docker("config", "rm", name)


def configuration(lines: tuple[str, ...]) -> str:
    """The image's own with these lines in its frontend, read as HTTP where they speak of it."""
    text = CONFIGURATION.read_text()
    if any("http-request" in each for each in lines):
        text = text.replace("mode tcp", "mode http")
    more = "\n".join(f"    {each.strip()}" for each in "\n".join(lines).splitlines() if each.strip())
    begin, place, end = text.partition("    default_backend seaweed")
    assert place, text
    return f"{begin}{more}\n{place}{end}"


def _changed(deployment: Deployment, *words: str) -> None:
    """Changes the service and waits until another container is healthy."""
    before = {each.id for each in containers(deployment.stack, ROLE)}
    _docker("service", "update", "--detach", "--no-resolve-image", *words)

    def another() -> bool:
        found = [each for each in containers(deployment.stack, ROLE) if each.id not in before]
        return bool(found) and healthy(found[0])[0]

    awaited(another, START_SECONDS, f"another {ROLE}")


def _docker(*words: str) -> None:
    done = subprocess.run(("docker", *words), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
