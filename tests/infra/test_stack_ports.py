"""Ports of the host: taken in one family is taken."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.ports import taken


@contextmanager
def listener(family: socket.AddressFamily, address: str) -> Iterator[int]:
    """A program that listens on a port that the kernel chose."""
    with socket.create_server((address, 0), family=family) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, ""), (socket.AF_INET6, "::1")]
)
def test_taken_while_somebody_listens_and_free_afterwards(family: socket.AddressFamily, address: str) -> None:
    """Of one address only, too: the load balancer takes all of them."""
    if family == socket.AF_INET6 and not socket.has_ipv6:
        family, address = socket.AF_INET, "127.0.0.2"
    with listener(family, address) as port:
        assert taken(port)
    assert not taken(port)
