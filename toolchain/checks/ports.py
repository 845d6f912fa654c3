"""The ports of the stack's file: free, or held by the stack itself."""

from collections.abc import Mapping
from typing import Any

from infra.ports import ROLE, taken
from operation.failure import Failure
from operation.stack import Stack
from toolchain.checks.check import Check, healthy, unhealthy, warning

KEYS = ("https_port", "http_port")


def wanted(stack: Stack) -> dict[str, int]:
    """Key of the stack's file to port.

    Raises:
        Failure: when the file is missing or wrong.
    """
    return {key: getattr(stack.settings.load_balancer, key) for key in KEYS}


def held(stack: Stack) -> frozenset[int]:
    """The ports that the stack's own load balancer publishes.

    Raises:
        Failure: when Docker does not answer.
    """
    from operation.containers import client, containers  # noqa: PLC0415

    return frozenset(
        port for each in containers(stack, ROLE, client(timeout=2)) for port in _published(each.ports)
    )


def _published(ports: Mapping[str, Any]) -> set[int]:
    return {int(binding["HostPort"]) for bindings in ports.values() for binding in bindings or ()}


def verdict(wanted_ports: Mapping[str, int], busy: frozenset[int], own: frozenset[int] | None) -> Check:
    """Whether the load balancer has them, or can get them; `own` is None when Docker does not tell."""
    name = "ports"
    words = {
        port: "held by this stack" if own and port in own else ("taken" if port in busy else "free")
        for port in wanted_ports.values()
    }
    found = ", ".join(f"{port} {state}" for port, state in words.items())
    foreign = [key for key, port in wanted_ports.items() if words[port] == "taken"]
    if not foreign:
        return healthy(name, found)
    if own is None:
        return warning(
            name, found, "by this stack or another program: only Docker can tell, and it does not answer"
        )
    keys = ", ".join(f"bem:load_balancer.{key}" for key in foreign)
    return unhealthy(name, found, f"by another program or stack: end it, or set {keys} to a free port")


def look(stack: Stack) -> list[Check]:
    """How they are now."""
    ports = wanted(stack)
    try:
        own: frozenset[int] | None = held(stack)
    except Failure:
        own = None
    return [verdict(ports, frozenset(port for port in ports.values() if taken(port)), own)]
