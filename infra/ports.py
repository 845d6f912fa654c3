"""The ports that the load balancer will publish on the host: free, or soon to be, before anything is made."""

import errno
import random
import socket
from pathlib import Path
from typing import Any

from operation.containers import client, wait_for
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.pulumi_plugins import of_stack
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

ROLE = "load-balancer"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The kernel gives these to whoever connects to somebody: a port of theirs is free only for a moment."""
LOWEST, HIGHEST = 10240, 65535
RELEASE_SECONDS = 90.0
"""Its stop grace, and what Swarm needs to remove it."""


def check_ports(stack: Stack, progress: Progress) -> None:
    """Refuses when another program or stack has a port of the stack's file.

    Raises:
        Failure: when one is taken, or a load balancer of ours that is ending does not let go of it.
    """
    engine = client()
    if engine.services.list(filters={"name": stack.object_name(ROLE)}):
        return
    for key in ("https_port", "http_port"):
        port = getattr(stack.settings.load_balancer, key)
        if taken(port) and not _let_go(stack, port, engine, progress):
            raise refusal(
                f"port {port} is taken by another program or stack.",
                remedy=f"set bem:load_balancer.{key} in {stack.file.name} to a free port.",
            )


def taken(port: int) -> bool:
    """Whether some program of this host listens on that TCP port, in IPv4 or IPv6."""
    return any(_bound(family, port) for family in (socket.AF_INET, socket.AF_INET6))


def free(count: int) -> tuple[int, ...]:
    """Ports that nobody listens on, and that the kernel gives to nobody who connects.

    Raises:
        Failure: when there are not so many.
    """
    low, high = _ephemeral()
    lasting = [port for port in range(LOWEST, HIGHEST + 1) if not low <= port <= high]
    found: list[int] = []
    for port in random.SystemRandom().sample(lasting, len(lasting)):
        if not taken(port):
            found.append(port)
        if len(found) == count:
            return tuple(found)
    raise Failure(
        f"there are no {count} free ports on this host.",
        remedy=f"leave room outside {EPHEMERAL} ({low} to {high}).",
    )


def _ephemeral() -> tuple[int, int]:
    try:
        low, high = EPHEMERAL.read_text().split()
    except OSError:
        return 32768, 60999
    return int(low), int(high)


def _bound(family: socket.AddressFamily, port: int) -> bool:
    """A family that the kernel lacks has no listeners; a port that only root may bind counts as free."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(("", port))
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def _let_go(stack: Stack, port: int, engine: Any, progress: Progress) -> bool:
    """Waits for a load balancer of this stack that a killed deployment began, and that is being removed."""
    if not _ending(stack, engine):
        return False
    with progress.step(f"wait until port {port} is free"):
        wait_for(
            lambda: not taken(port) or not _ending(stack, engine),
            RELEASE_SECONDS,
            f"the release of port {port}",
        )
    return not taken(port)


def _ending(stack: Stack, engine: Any) -> bool:
    labels = [f"{LABEL_STACK}={stack.name}", f"{LABEL_ROLE}={ROLE}"]
    left = engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    return bool(left or of_stack(stack))
