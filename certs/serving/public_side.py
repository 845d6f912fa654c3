"""What clients are shown, brought into service where the load balancer shows something else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from certs.acme import front
from certs.endpoints import endpoint
from certs.endpoints.endpoint import Endpoint
from certs.foreign import public_pair
from certs.pairs import store
from certs.pairs.statement import serial_of
from certs.serving import renewal
from certs.serving.renewal import Say
from infra.parties import LOAD_BALANCER
from operation.stack import Stack

Step = Callable[[str], AbstractContextManager[Say]]


def settle(stack: Stack, step: Step, *, fresh: bool = False) -> bool:
    """Makes the load balancer show what it is to show.

    Args:
        stack: whose.
        step: begins a named step.
        fresh: there is a new pair; else it is only looked whether something else is shown.

    Returns:
        Whether anything was done.

    Raises:
        Failure: when it does not take it.
    """
    asked = next(each for each in endpoint.endpoints(stack) if each.public)
    if not fresh and not differs(stack, asked):
        return False
    what = "the public certificate" if public_pair.serving(stack) else "our own CA's certificate"
    with step(f"{what} into service") as say:
        if stack.settings.certificates.acme.enabled:
            front.answers(stack)  # else it does not know of a public pair yet
        profile = next(each for each in store.profiles(stack) if each.party == LOAD_BALANCER.role)
        renewal.put(stack, profile, say, renew=False)
    return True


def differs(stack: Stack, asked: Endpoint) -> bool:
    """Whether it shows another certificate than the one that is to be shown."""
    seen = endpoint.look(stack, asked).served
    kept = endpoint.expected(stack, asked)
    return bool(seen and kept and seen.serial != serial_of(kept))
