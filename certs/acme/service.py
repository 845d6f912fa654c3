"""The public certificate in service: obtained when due, served, and our own CA's where there is none."""

from dataclasses import dataclass

from certs.acme import obtaining
from certs.acme.obtaining import Step
from certs.acme.plan import Plan, plan
from certs.foreign import public_pair
from certs.pairs import store
from certs.serving.public_side import settle
from infra.parties import LOAD_BALANCER
from operation.failure import Failure
from operation.stack import Stack


@dataclass(frozen=True)
class Result:
    """What became of it.

    Attributes:
        plan: as it is now.
        obtained: whether there is a new certificate.
        delivered: whether the load balancer was made to show another one than before.
    """

    plan: Plan
    obtained: bool
    delivered: bool


def serve(stack: Stack, step: Step, *, force: bool = False) -> Result:
    """Obtains a certificate when one is due, and sees that clients are shown what they are to be shown.

    Args:
        stack: whose.
        step: begins a named step.
        force: obtain one in any case, and ask a server that wants to be left alone.

    Raises:
        Failure: when it cannot be obtained or is not served; the sentence says what serves meanwhile.
    """
    plan(stack)
    trouble: Failure | None = None
    obtained = False
    try:
        obtaining.ask_window(stack)
    except Failure as failure:
        trouble = failure if plan(stack, force=force).reason else None
    if trouble is None:
        found = plan(stack, force=force)
        try:
            obtained = bool(found.reason and obtaining.obtain(stack, found, step))
        except Failure as failure:
            trouble = failure
    delivered = settle(stack, step, fresh=obtained)
    if trouble:
        raise _meanwhile(stack, trouble)
    return Result(plan(stack), obtained, delivered)


def _meanwhile(stack: Stack, trouble: Failure) -> Failure:
    """The failure, with what clients see meanwhile."""
    serves = public_pair.serving(stack)
    own = store.certificate(stack, LOAD_BALANCER.role)
    if serves:
        state = (
            f"the present public certificate serves until {serves.not_valid_after_utc:%Y-%m-%d %H:%M} UTC."
        )
    elif own:
        state = "our own CA's certificate serves the public names, which only clients with our root trust."
    else:
        state = trouble.meaning
    return Failure(trouble.what, state, trouble.remedy, trouble.exit_code)
