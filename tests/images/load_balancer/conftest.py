"""A load balancer with two replicas behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.images.authority import Authority
from tests.images.conftest import IMAGES, Party
from tests.images.load_balancer.view import CONFIGURATION, HTTP, HTTPS, client, ready, rendered, well
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

    def run(folder: Path = certificates, **changes: object) -> Container:
        mounts = {
            str(folder): "/certs:ro",
            str(rendered(workshop, **changes)): f"{CONFIGURATION}:ro",
        }
        return workshop.run(image, "load-balancer", mounts, ports=(HTTPS, HTTP))

    return run


@pytest.fixture(scope="session")
def replicas(replica: Callable[[], Container], database: Container) -> list[Container]:
    """Two replicas behind the alias `api`."""
    assert database
    found = [replica(), replica()]
    for each in found:
        until(partial(well, each), 20)
    return found


@pytest.fixture(scope="session")
def balancer(start: Callable[..., Container], replicas: list[Container], authority: Authority) -> Container:
    """A load balancer with two replicas behind it."""
    container = start()
    with client(container, authority) as asking:
        until(lambda: ready(asking), 10)
    assert len(replicas) == 2
    return container
