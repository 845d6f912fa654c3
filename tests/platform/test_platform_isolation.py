"""Two stacks on one host never meet, and within a stack only who may talk shares a network."""

from itertools import combinations
from typing import Any

import docker
import pytest

from infra.network import outward
from infra.parties import pairs, services
from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform


def container(deployment: Deployment, role: str) -> Any:
    """A running container of that role."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}={role}"]
    return docker.from_env().containers.list(filters={"label": labels})[0]


def networks(found: Any) -> dict[str, str]:
    """A container's networks by id, and its address in each."""
    joined = found.attrs["NetworkSettings"]["Networks"].values()
    return {each["NetworkID"]: each["IPAddress"] for each in joined}


def resolved(source: Any, name: str) -> set[str]:
    """The addresses that a container finds under a name."""
    words = source.exec_run(["getent", "ahostsv4", name]).output.decode()
    return {line.split()[0] for line in words.splitlines() if line}


@pytest.mark.long
def test_two_stacks_on_one_host_never_meet(platform: Deployment, another: Deployment) -> None:
    """Each has its own rows, names, networks and root; what one removes, the other keeps."""
    another.succeed("up", "--skip-backup")
    platform.write("of the first")
    another.write("of the second")
    assert "of the first" not in another.names()
    assert "of the second" not in platform.names()

    for deployment in (platform, another):
        own = networks(container(deployment, "database")).values()
        assert resolved(container(deployment, "api"), "database") <= set(own)
    ours, theirs = (
        {
            each
            for party in services(deployment.settings)
            for each in networks(container(deployment, party.role))
        }
        for deployment in (platform, another)
    )
    assert not ours & theirs

    roots = [(each.stack.folder / "certs" / "root.pem").read_bytes() for each in (platform, another)]
    assert roots[0] != roots[1]
    another.succeed("down", "--yes")
    assert "of the first" in platform.names()


def test_networks_join_only_who_may_talk(platform: Deployment) -> None:
    """The load balancer does not see the database, nor the api the object store; it alone leads out."""
    present = {party.role for party in services(platform.settings)}
    joined = {role: set(networks(container(platform, role))) for role in present}
    shared = {frozenset(pair) for pair in combinations(joined, 2) if joined[pair[0]] & joined[pair[1]]}
    permitted = {frozenset(pair) for pair in pairs(platform.settings) if present.issuperset(pair)}
    assert shared == permitted
    assert frozenset({"load-balancer", "database"}) not in permitted
    label = {"label": f"{LABEL_STACK}={platform.name}"}
    internal = {each.name: each.attrs["Internal"] for each in docker.from_env().networks.list(filters=label)}
    assert {name for name, inside in internal.items() if not inside} == {
        platform.stack.object_name(name) for _, name in outward(platform.settings)
    }
