"""Images of the services, built once; a database for those that need one."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.images.authority import Authority
from tests.images.workshop import Container, Workshop, healthy, port, until

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "infra" / "images"

Party = Callable[..., Path]
Client = Callable[[Container], httpx.Client]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Where containers run."""
    workshop = Workshop(tmp_path_factory.mktemp("images"))
    yield workshop
    workshop.close()


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Signs every party's certificate."""
    return Authority()


@pytest.fixture(scope="session")
def party(workshop: Workshop, authority: Authority) -> Party:
    """Makes the certificates of a party, and gives the folder to mount at /certs."""

    def deliver(role: str, uid: int, common_name: str, *names: str) -> Path:
        return authority.deliver(workshop.folder / role, uid, common_name, (role, *names))

    return deliver


@pytest.fixture(scope="session")
def database(workshop: Workshop, party: Party) -> Container:
    """PostgreSQL of the platform's own image with the api's schema, as `database`; it archives nothing."""
    mounts = {
        str(party("database", 6001, "database")): "/certs:ro",
        str(ROOT / "services" / "api" / "schema.sql"): "/schema.sql:ro",
        str(ROOT / "tests" / "images" / "database" / "serve"): "/serve:ro",
    }
    image = workshop.build("database", IMAGES / "database", IMAGES / "database" / "Dockerfile")
    entrypoint = ["/usr/bin/tini", "--", "/serve"]
    container = workshop.run(
        image, "database", mounts, read_only=False, tmpfs={}, entrypoint=entrypoint, stop_signal="SIGINT"
    )
    until(lambda: query(container, "select 1") == "1", 30)
    return container


@pytest.fixture(scope="session")
def api_image(workshop: Workshop) -> str:
    """The api's image."""
    return workshop.build("api", ROOT / "services" / "api", IMAGES / "api" / "Dockerfile")


@pytest.fixture(scope="session")
def replica(workshop: Workshop, party: Party, api_image: str) -> Callable[[], Container]:
    """Starts one more replica of the api."""
    certificates = party("api", 6004, "bem_api")

    def start(alias: str = "api") -> Container:
        return workshop.run(
            api_image, alias, {str(certificates): "/certs:ro"}, {"API_POOL_SIZE": "4"}, ports=(8443,)
        )

    return start


@pytest.fixture(scope="session")
def api(replica: Callable[..., Container], database: Container) -> Container:
    """One replica that nothing but tests asks."""
    assert database
    container = replica(alias="api-alone")
    until(lambda: healthy(container)[0], 20)
    return container


@pytest.fixture(scope="session")
def inside(authority: Authority, party: Party) -> Client:
    """Makes clients with the load balancer's certificate, as which they ask a replica."""
    folder = party("load-balancer", 6002, "load-balancer", "localhost") / "current"
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def client(container: Container) -> httpx.Client:
        def name(request: httpx.Request) -> None:
            request.extensions["sni_hostname"] = "api"

        address = f"https://127.0.0.1:{port(container, 8443)}"
        return httpx.Client(base_url=address, verify=context, timeout=5, event_hooks={"request": [name]})

    return client


def query(database: Container, statement: str) -> str:
    """What a superuser is answered; empty when the server is away."""
    command = ["psql", "-h", "/tmp", "-U", "postgres", "-d", "bem", "-qtAc", statement]  # noqa: S108
    status, output = database.exec_run(command)
    return output.decode().strip() if status == 0 else ""
