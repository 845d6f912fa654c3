"""Two stacks on one host never meet: not by name, not by address, not by certificate."""

from typing import Any

import docker
import pytest

from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform

REACH = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()
    print("reached")
except OSError as error:
    print(type(error).__name__)
"""


def container(deployment: Deployment, role: str) -> Any:
    """A running container of that role."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}={role}"]
    return docker.from_env().containers.list(filters={"label": labels})[0]


def addresses(found: Any) -> list[str]:
    """Its addresses in all networks."""
    return [
        each["IPAddress"] for each in found.attrs["NetworkSettings"]["Networks"].values() if each["IPAddress"]
    ]


def reached(source: Any, address: str, port: int) -> bool:
    """Whether a container can open a connection."""
    words = source.exec_run(["python3", "-c", REACH, address, str(port)]).output.decode()
    return "reached" in words


def test_two_stacks_on_one_host_never_meet(platform: Deployment, another: Deployment) -> None:
    """Each has its own rows, keys and networks, and what one removes the other keeps."""
    another.succeed("up", "--skip-backup")
    platform.write("of the first")
    another.write("of the second")
    assert "of the first" not in another.names()
    assert "of the second" not in platform.names()

    ours, theirs = container(platform, "api"), container(another, "database")
    assert any(reached(ours, address, 5432) for address in addresses(container(platform, "database")))
    assert not any(reached(ours, address, 5432) for address in addresses(theirs))

    roots = [(each.stack.folder / "certs" / "root.pem").read_bytes() for each in (platform, another)]
    assert roots[0] != roots[1]

    another.succeed("down", "--yes")
    assert "of the first" in platform.names()


def test_networks_join_only_who_may_talk(platform: Deployment) -> None:
    """The load balancer does not see the database, nor the api the object store."""
    api, store = container(platform, "api"), container(platform, "object-store")
    assert not any(reached(api, address, 8333) for address in addresses(store))
    database = container(platform, "database")
    assert any(reached(database, address, 8333) for address in addresses(store))
    balancer = container(platform, "load-balancer")
    networks = set(balancer.attrs["NetworkSettings"]["Networks"])
    assert networks == {platform.stack.object_name("edge")}
