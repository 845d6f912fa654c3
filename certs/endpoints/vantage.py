"""Where a party's endpoints are asked from: one of its containers, for all of its replicas at once."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certs.endpoints import handshake
from certs.serving.generation import CURRENT
from operation.containers import execute
from operation.failure import Failure

if TYPE_CHECKING:
    from certs.endpoints.endpoint import Endpoint

HERE = "127.0.0.1"
SECONDS = 5.0
"""Longest wait for one step of a handshake on the same host."""

Said = Mapping[str, str]


def probe(endpoint: "Endpoint", hosts: Sequence[str] = (HERE,)) -> list[str]:
    """The command that asks an endpoint from within a container, with that party's own pair.

    Args:
        endpoint: what is asked.
        hosts: addresses of its replicas, as the container reaches them.
    """
    arguments = {
        "port": endpoint.port,
        "server_name": endpoint.server_name,
        "ca": f"{CURRENT}/ca.pem",
        "certificate": f"{CURRENT}/cert.pem",
        "key": f"{CURRENT}/key.pem",
        "starttls": endpoint.starttls or "",
        "seconds": SECONDS,
    }
    each = [{"host": host, **arguments} for host in hosts]
    return ["python3", "-I", "-c", Path(handshake.__file__).read_text(), json.dumps(each)]


def inside(endpoint: "Endpoint", container: Any) -> Said:
    """What a container says of itself; with an error when it says nothing that can be read."""
    output = execute(container, probe(endpoint))
    try:
        [words] = json.loads(output.stdout)
    except ValueError:
        return {"error": (output.stderr or output.stdout).strip().rpartition("\n")[2]}
    said: Said = words
    return said


def together(endpoint: "Endpoint", replicas: Sequence[Any]) -> list[Said | None]:
    """What all replicas of a party show, asked by the first of them over a network that they share.

    To begin a process in a container takes longer than a handshake. What was not found out, because a
    replica cannot be reached or does not answer, is None: ask that one by itself.
    """
    others = [_address(replicas[0], each) for each in replicas[1:]]
    try:
        output = execute(replicas[0], probe(endpoint, [HERE, *(each for each in others if each)]))
        answers = iter(json.loads(output.stdout))
        found: list[Said] = [next(answers) if host else {"error": ""} for host in (HERE, *others)]
    except (Failure, ValueError, StopIteration):
        return [None] * len(replicas)
    return [None if "error" in each else each for each in found]


def _address(asking: Any, asked: Any) -> str:
    """The address of one container on a network that another is in, too; empty when there is none."""
    shared = _networks(asking).keys() & _networks(asked).keys()
    known = (_networks(asked)[name].get("IPAddress") for name in sorted(shared))
    return next((each for each in known if each), "")


def _networks(container: Any) -> dict[str, Any]:
    networks: dict[str, Any] = container.attrs.get("NetworkSettings", {}).get("Networks", {})
    return networks
