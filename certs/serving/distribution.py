"""What the CAs say now, brought to every party: roots, lists, and a pair where another CA signs."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from certs.endpoints import endpoint
from certs.pairs import store
from certs.serving import renewal
from certs.serving.renewal import Say
from operation.failure import Failure
from operation.stack import Stack

Step = Callable[[str], AbstractContextManager[Say]]


def distribute(stack: Stack, step: Step) -> None:
    """Gives every party what its CAs say, one after the other; each is seen to serve before the next.

    Args:
        stack: whose parties.
        step: begins a named step of the progress.

    Raises:
        Failure: when a party does not take it; those before it have it, and another call goes on.
    """
    for profile in store.profiles(stack):
        with step(f"certificates of {profile.party}") as say:
            renewal.put(stack, profile, say, renew=False)


def verified(stack: Stack, step: Step) -> None:
    """Shakes hands with every replica of every party.

    Raises:
        Failure: when a certificate that is served does not verify, or is not the one delivered last.
    """
    with step("handshakes with all of them"):
        found = endpoint.findings(stack, endpoint.endpoints(stack))
    bad = [each for each in found if each.fault or each.stale]
    wrong = [f"{each.party} ({each.where}): {each.fault or 'another certificate'}" for each in bad]
    if wrong:
        raise Failure(
            "not every certificate is served as it was delivered:\n    " + "\n    ".join(wrong),
            "nothing that was trusted before was dropped.",
            "`invoke status` tells what does not run; then type the same command again.",
        )
