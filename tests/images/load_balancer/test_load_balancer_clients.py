"""Clients in network namespaces of their own: containers on a network with both families."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import docker
import pytest

from infra.sections.load_balancer import RateLimit
from tests.images.authority import Authority
from tests.images.load_balancer.view import HTTPS
from tests.images.workshop import Container, Workshop, logs

pytestmark = pytest.mark.platform

NETWORKS = {"a": ("10.213.77.0/25", "fd5a:bee5:77:1::/64"), "b": ("10.213.77.128/25", "fd5a:bee5:77:2::/64")}
ASK = ["curl", "-s", "-o", "/dev/null", "-w", "%header{ratelimit-remaining} %header{ratelimit-reset}"]
FORGET = "echo clear table requests | socat -t 5 - UNIX-CONNECT:/run/haproxy/admin.sock"
LIMIT = RateLimit().requests_per_client


@dataclass(frozen=True)
class Street:
    """A load balancer in two networks of both families, and its neighbours there.

    Attributes:
        balancer: without a service behind it: it counts, and answers 503.
        neighbours: two in the first network, one in the second.
    """

    balancer: Container
    neighbours: tuple[tuple[str, Container], ...]

    def left(self, family: str) -> list[int]:
        """What each of the neighbours has left after one request, all within one window.

        When a window ended meanwhile, the next round begins from nothing, too: what was counted is forgotten.
        """
        while True:
            self._forget()
            said = [self._asked(network, each, family).split() for network, each in self.neighbours]
            resets = [int(reset) for _, reset in said]
            if sorted(resets, reverse=True) == resets:
                return [int(remaining) for remaining, _ in said]

    def addresses(self, family: str) -> set[str]:
        """The neighbours' own."""
        return {place(each, network, family) for network, each in self.neighbours}

    def seen(self) -> set[str]:
        """The clients in the access log."""
        lines = logs(self.balancer).splitlines()
        return {str(json.loads(line)["client"]) for line in lines if line.startswith("{")}

    def _forget(self) -> None:
        status, output = self.balancer.exec_run(["sh", "-c", FORGET])
        assert status == 0, output

    def _asked(self, network: str, neighbour: Container, family: str) -> str:
        target = place(self.balancer, network, family)
        resolve = f"load-balancer:{HTTPS}:{f'[{target}]' if ':' in target else target}"
        command = [
            *ASK,
            "--cacert",
            "/ca.pem",
            "--resolve",
            resolve,
            f"https://load-balancer:{HTTPS}/nothing",
        ]
        status, output = neighbour.exec_run(command)
        assert status == 0, output
        return str(output.decode())


def place(container: Container, network: str, family: str) -> str:
    """An address of a container: `IPAddress` or `GlobalIPv6Address`."""
    container.reload()
    return str(container.attrs["NetworkSettings"]["Networks"][network][family])


@pytest.fixture(scope="module")
def street(
    workshop: Workshop, image: str, start: Callable[..., Container], authority: Authority
) -> Iterator[Street]:
    """Each container is a network namespace of its own."""
    ca = workshop.folder / "street.pem"
    ca.write_bytes(authority.trust)
    balancer = start(backends=())
    with ExitStack() as made:
        neighbours = []
        for letter, subnets in NETWORKS.items():
            pools = [docker.types.IPAMPool(subnet=subnet) for subnet in subnets]
            ipam = docker.types.IPAMConfig(pool_configs=pools)
            name = f"{workshop.name}-{letter}"
            network = workshop.engine.networks.create(name, driver="bridge", enable_ipv6=True, ipam=ipam)
            made.callback(network.remove)
            network.connect(balancer)
            made.callback(network.disconnect, balancer, force=True)
            for _ in range(2 if letter == "a" else 1):
                volumes = [f"{ca}:/ca.pem:ro"]
                each = workshop.engine.containers.run(
                    image, entrypoint=["sleep", "600"], volumes=volumes, network=name, detach=True, init=True
                )
                made.callback(each.remove, force=True, v=True)
                neighbours.append((name, each))
        yield Street(balancer, tuple(neighbours))


def test_ipv4_addresses_are_told_apart(street: Street) -> None:
    """Each neighbour has its own count; the log has the addresses themselves."""
    assert street.left("IPAddress") == [LIMIT - 1] * 3
    assert street.addresses("IPAddress") <= street.seen()


def test_an_ipv6_network_is_one_client(street: Street) -> None:
    """All addresses of 64 bits count together, since a household has as many; the next network is another."""
    assert street.left("GlobalIPv6Address") == [LIMIT - 1, LIMIT - 2, LIMIT - 1]
    assert street.addresses("GlobalIPv6Address") <= street.seen()
