"""A load balancer with two replicas behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from infra.balancer_file import METRICS_PORT
from infra.routes import Route
from tests.images.authority import Authority
from tests.images.conftest import IMAGES, Party
from tests.images.load_balancer.view import (
    BACKENDS,
    CONFIGURATION,
    FRIEND,
    HTTP,
    HTTPS,
    client,
    ready,
    rendered,
    well,
)
from tests.images.workshop import Container, Workshop, until


@pytest.fixture(scope="session")
def image(workshop: Workshop) -> str:
    """The load balancer's image."""
    return workshop.build("load-balancer", IMAGES / "load-balancer", IMAGES / "load-balancer" / "Dockerfile")


@pytest.fixture(scope="session")
def certificates(party: Party) -> Path:
    """The load balancer's folder."""
    return party("load-balancer", 6002, "load-balancer", "localhost")


@pytest.fixture(scope="session")
def start(workshop: Workshop, image: str, certificates: Path) -> Callable[..., Container]:
    """Starts a load balancer."""

    def run(
        folder: Path = certificates, backends: tuple[Route, ...] = BACKENDS, **figures: object
    ) -> Container:
        mounts = {
            str(folder): "/certs:ro",
            str(rendered(workshop, backends, **figures)): f"{CONFIGURATION}:ro",
        }
        return workshop.run(image, "load-balancer", mounts, ports=(HTTPS, HTTP, METRICS_PORT))

    return run


@pytest.fixture(scope="session")
def replicas(replica: Callable[..., Container], database: Container) -> list[Container]:
    """Two replicas behind the alias `api`, which ask for no token."""
    assert database
    found = [replica(authentication="off"), replica(authentication="off")]
    for each in found:
        until(partial(well, each), 20)
    return found


@pytest.fixture(scope="session")
def echo(workshop: Workshop, party: Party, api_image: str) -> Container:
    """A service behind the alias `realtime` that says back what it hears."""
    mounts = {
        str(party("realtime", 6004, "realtime")): "/certs:ro",
        str(Path(__file__).with_name("echo.py")): "/srv/echo.py:ro",
    }
    command = ["python3", "/srv/echo.py"]
    container = workshop.run(api_image, "realtime", mounts, {"SERVICE": "realtime"}, command=command)
    until(partial(well, container), 20)
    return container


@pytest.fixture(scope="session")
def guarded(
    start: Callable[..., Container], replicas: list[Container], echo: Container, authority: Authority
) -> Container:
    """A load balancer that is strict with everything but the number of requests."""
    assert replicas
    assert echo
    container = start(
        cors_origins=(FRIEND,),
        max_body_bytes=2048,
        request_seconds=1,
        connections_per_client=8,
        hsts_seconds=60,
    )
    with client(container, authority) as asking:
        until(lambda: ready(asking), 10)
    return container


@pytest.fixture(scope="session")
def balancer(start: Callable[..., Container], replicas: list[Container], authority: Authority) -> Container:
    """A load balancer with two replicas behind it."""
    container = start()
    with client(container, authority) as asking:
        until(lambda: ready(asking), 10)
    assert len(replicas) == 2
    return container
