"""Images of the services, built once; a database for those that need one."""

import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.cache import ADMIN, password, users
from infra.parties import API, CACHE, MIGRATIONS
from infra.places import ADMIN_FILE, PASSWORD_FILE, USERS_FILE
from infra.services import KEYS_FILE, image_args
from infra.templates import rendered
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack
from tests.images.authority import Authority
from tests.images.workshop import Container, Workshop, healthy, logs, port, until
from tokens.bearer import Bearer
from tokens.issue import SCOPES
from tokens.keys import jwks, key_file, keys_of

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "infra" / "images"

Party = Callable[..., Path]
Client = Callable[[Container], httpx.Client]
Secret = Callable[[str, int, str], str]
Password = Callable[[str, int], dict[str, str]]
Keys = Callable[[str, int], dict[str, str]]


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
    """PostgreSQL of the platform's own image with the whole schema, as `database`; it archives nothing."""
    mounts = {
        str(party("database", 6001, "database")): "/certs:ro",
        str(ROOT / "tests" / "images" / "database" / "serve"): "/serve:ro",
    }
    image = workshop.build("database", IMAGES / "database", IMAGES / "database" / "Dockerfile")
    entrypoint = ["/usr/bin/tini", "--", "/serve"]
    inside = {"PGHOST": "/tmp", "PGUSER": "postgres"}  # noqa: S108  # for clients in the container
    container = workshop.run(
        image,
        "database",
        mounts,
        inside,
        read_only=False,
        tmpfs={},
        entrypoint=entrypoint,
        stop_signal="SIGINT",
    )
    until(lambda: query(container, "select 1") == "1", 60)
    _migrate(workshop, party)
    return container


def _migrate(workshop: Workshop, party: Party) -> None:
    """Brings the schema to the newest revision by the platform's own job."""
    recipe = IMAGES / MIGRATIONS.role / "Dockerfile"
    image = workshop.build(MIGRATIONS.role, ROOT / "services" / MIGRATIONS.role, recipe)
    certificates = party(MIGRATIONS.role, MIGRATIONS.uid, MIGRATIONS.common_name)
    job = workshop.run(image, MIGRATIONS.role, {str(certificates): "/certs:ro"}, command=["upgrade"])
    assert job.wait(timeout=60)["StatusCode"] == 0, logs(job)


@pytest.fixture(scope="session")
def secret(workshop: Workshop) -> Secret:
    """Writes a secret that one uid alone can read, and gives its path on this host."""

    def write(name: str, uid: int, content: str) -> str:
        path = workshop.folder / name
        path.write_text(content)
        path.chmod(0o400)
        os.chown(path, uid, uid)
        return str(path)

    return write


@pytest.fixture(scope="session")
def cache_stack(workshop: Workshop) -> Stack:
    """Whose secrets the users of the cache have."""
    return Stack(workshop.name, root=workshop.folder, given={})


@pytest.fixture(scope="session")
def cache_password(cache_stack: Stack, secret: Secret) -> Password:
    """The mount by which a role and its uid get their password of the cache."""

    def mount(role: str, uid: int) -> dict[str, str]:
        path = secret(f"cache-password-{role}", uid, password(cache_stack, role))
        return {path: f"{PASSWORD_FILE}:ro"}

    return mount


@pytest.fixture(scope="session")
def token_keys(cache_stack: Stack, secret: Secret) -> Keys:
    """The mount by which a role and its uid get the public keys of tokens."""

    def mount(role: str, uid: int) -> dict[str, str]:
        return {secret(f"token-keys-{role}", uid, jwks(keys_of(cache_stack))): f"{KEYS_FILE}:ro"}

    return mount


@pytest.fixture(scope="session")
def bearer(cache_stack: Stack) -> Bearer:
    """Carries tokens that may do everything."""
    return Bearer(key_file(cache_stack), "test", SCOPES)


@pytest.fixture(scope="session")
def cache_admin(cache_stack: Stack) -> str:
    """The password of a user `test` who may do everything; the platform has none like it."""
    return password(cache_stack, "test")


@pytest.fixture(scope="session")
def cache(
    workshop: Workshop, party: Party, cache_stack: Stack, cache_admin: str, secret: Secret
) -> Container:
    """Redis of the platform's own image with its own configuration and users, as `cache`."""
    admin = f"user test on >{cache_admin} ~* &* +@all\n"
    image = workshop.build("cache", IMAGES / "cache", IMAGES / "cache" / "Dockerfile")
    template = rendered(Stack("local"), "cache/redis.conf.j2", cache=cache_stack.settings.cache)
    mounts = {
        str(party(CACHE.role, CACHE.uid, CACHE.common_name)): "/certs:ro",
        secret("redis.conf", CACHE.uid, template): "/etc/redis/redis.conf:ro",
        secret("cache-users", CACHE.uid, users(cache_stack) + admin): f"{USERS_FILE}:ro",
        secret("cache-admin", CACHE.uid, password(cache_stack, ADMIN)): f"{ADMIN_FILE}:ro",
        workshop.volume(): "/data",
    }
    labels = {LABEL_STACK: cache_stack.name, LABEL_ROLE: CACHE.role}
    container = workshop.run(image, CACHE.role, mounts, labels=labels)
    until(lambda: healthy(container)[0], 20)
    return container


@pytest.fixture(scope="session")
def api_image(workshop: Workshop) -> str:
    """The api's image."""
    args = image_args(Stack("local"), API)
    assert args.context
    return workshop.build("api", args.context, IMAGES / "service" / "Dockerfile", args.args)


@pytest.fixture(scope="session")
def replica(
    workshop: Workshop, party: Party, api_image: str, cache_password: Password, token_keys: Keys
) -> Callable[..., Container]:
    """Starts one more replica of the api."""
    mounts = {
        str(party("api", 6004, "bem_api", "localhost")): "/certs:ro",
        **cache_password("api", 6004),
        **token_keys("api", 6004),
    }

    def start(alias: str = "api", authentication: str = "required") -> Container:
        environment = {"API_POOL_SIZE": "4", "API_AUTHENTICATION": authentication}
        return workshop.run(api_image, alias, mounts, environment, ports=(8443,))

    return start


@pytest.fixture(scope="session")
def api(replica: Callable[..., Container], database: Container, cache: Container) -> Container:
    """One replica that nothing but tests asks."""
    assert database
    assert cache
    container = replica(alias="api-alone")
    until(lambda: healthy(container)[0], 20)
    return container


@pytest.fixture(scope="session")
def inside(authority: Authority, party: Party, bearer: Bearer) -> Client:
    """Makes clients with the load balancer's certificate and good tokens, as which they ask a replica."""
    folder = party("load-balancer", 6002, "load-balancer", "localhost") / "current"
    context = ssl.create_default_context(cadata=authority.trust.decode())
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def client(container: Container) -> httpx.Client:
        def name(request: httpx.Request) -> None:
            request.extensions["sni_hostname"] = "api"

        address = f"https://127.0.0.1:{port(container, 8443)}"
        hooks: dict[str, list[Callable[..., Any]]] = {"request": [name]}
        return httpx.Client(base_url=address, verify=context, auth=bearer, timeout=5, event_hooks=hooks)

    return client


def query(database: Container, statement: str) -> str:
    """What a superuser is answered; empty when the server is away."""
    command = ["psql", "-h", "/tmp", "-U", "postgres", "-d", "bem", "-qtAc", statement]  # noqa: S108
    status, output = database.exec_run(command)
    return output.decode().strip() if status == 0 else ""
