"""Other numbers of replicas, and the same replicas anew: both without a gap."""

from collections.abc import Callable
from typing import Any

from infra.parties import Party
from operation import deployment
from operation.changes import Changes
from operation.containers import client, wait_for
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure
from rollout import aim
from rollout.outside import Outside

ROLL_SECONDS = 300.0
MOST = 64
GOOD = "completed"
BAD = {"paused", "rollback_started", "rollback_paused", "rollback_completed"}


def scale(stack: Stack, party: Party, replicas: int, progress: Progress) -> Changes:
    """Sets the number of replicas in the stack's file, and deploys it.

    Raises:
        Failure: when the number cannot be meant, or a replica does not become healthy.
    """
    if not 1 <= replicas <= MOST:
        raise refusal(f"{replicas} replicas cannot be meant.", remedy=f"use a number from 1 to {MOST}.")
    configure(stack, {f"{party.role}.replicas": replicas})
    changed = Stack(stack.name, stack.root)
    return deployment.up(changed, progress, aim.urns(changed, [party]))


def restart(stack: Stack, party: Party, progress: Progress) -> Outside:
    """Replaces each replica by a new one of the same image, start-first and health-gated.

    Raises:
        Failure: when a new one does not become healthy; the old ones serve then.
    """
    service = client().services.get(stack.object_name(party.role))
    with Outside(stack) as outside, progress.step(f"restart {party.role}") as say:
        service.force_update()
        wait_for(lambda: _rolled(service, say), ROLL_SECONDS, f"the restart of {party.role}")
        outside.steady()
    return outside


def _rolled(service: Any, say: Callable[[str], None]) -> bool:
    service.reload()
    status = service.attrs.get("UpdateStatus") or {}
    say(str(status.get("State", "")))
    if status.get("State") in BAD:
        raise Failure(
            f"the new replicas do not become healthy: {status.get('Message', '')}",
            "the old ones serve on.",
            "`invoke logs SERVICE` tells why.",
        )
    return bool(status.get("State") == GOOD)
