"""Services that must not work while the database moves: stopped before, started behind it."""

from collections.abc import Sequence
from typing import Any

from backups.switch import hasten, update
from operation.containers import client, containers, wait_for
from operation.failure import Failure
from operation.stack import Stack

STOP_SECONDS = 60
"""Their own stop grace is 30 s."""
START_SECONDS = 120


def present(stack: Stack, roles: Sequence[str]) -> list[str]:
    """Those of the roles that Swarm has a service for."""
    names = {service.name for service in client().services.list()}
    return [role for role in roles if stack.object_name(role) in names]


def stop(stack: Stack, roles: Sequence[str]) -> None:
    """Scales one after the other to none and waits until no container of it is left.

    A worker that ends while its cache still answers hands back what it holds, and ends sooner.

    Raises:
        Failure: when one does not stop in time.
    """
    engine = client()
    for role in roles:
        update(stack, replicas=0, volume="", role=role)
        hasten(stack, role, engine)
        _await_stop(stack, role, engine)


def start(stack: Stack, role: str, replicas: int, *, healthy: bool = True) -> None:
    """Starts a service as often as it is declared.

    Args:
        stack: whose.
        role: its own.
        replicas: how many.
        healthy: wait until one answers.

    Raises:
        Failure: when none becomes healthy in time.
    """
    update(stack, replicas=replicas, volume="", role=role)
    if healthy and replicas:
        engine = client()
        what = f"the start of {role}"
        try:
            wait_for(lambda: any(map(_healthy, containers(stack, role, engine))), START_SECONDS, what)
        except Failure as failure:
            raise Failure(
                failure.what,
                "the database serves as restored; the next command tries again.",
                f"`invoke logs {role}` tells why; `invoke restore.undo` goes back.",
            ) from failure


def _await_stop(stack: Stack, role: str, engine: Any) -> None:
    wait_for(lambda: not containers(stack, role, engine), STOP_SECONDS, f"the stop of {role}")


def _healthy(found: Any) -> bool:
    return bool(found.attrs["State"].get("Health", {}).get("Status") == "healthy")
