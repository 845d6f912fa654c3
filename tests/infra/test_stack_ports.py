"""Ports of the host: taken in one family is taken."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra import ports
from infra.ports import free, taken
from operation.failure import Failure


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


def test_free_ports_are_outside_those_of_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that connects to somebody must not get the port while a load balancer restarts."""
    low, high = map(int, ports.EPHEMERAL.read_text().split())
    found = free(2)
    assert len(set(found)) == 2
    assert not [port for port in found if low <= port <= high or taken(port)]
    everything = tmp_path / "range"
    everything.write_text("1024 65535")
    monkeypatch.setattr(ports, "EPHEMERAL", everything)
    with pytest.raises(Failure, match="no 1 free ports"):
        free(1)
