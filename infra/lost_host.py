"""What this host lost of a stack that runs: its authority, its certificates, or Pulumi's state of it."""

from backups import lost, switch
from backups.points import host
from backups.points.console import bring_back_lost
from operation import leftovers
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


def mend(stack: Stack, progress: Progress) -> None:
    """Brings it back from the newest recovery point; nothing is done where all is there, or never was.

    Without a point the state begins anew: services that it does not know are made again, on their volumes.
    The authority does not: whoever trusts its root would trust the new one no more.

    Raises:
        Failure: when the authority is lost and cannot be brought back; nothing was changed.
    """
    if not lost.made(stack) or not host.lost(stack):
        return
    if switch.alive(stack) is not None:
        bring_back_lost(stack, progress)
    missing = host.lost(stack)
    if host.CA in missing:
        raise _no_authority(stack)
    if host.STATE in missing:
        progress.say("! Pulumi's state is lost; it begins anew, and so do services and networks. Data stays.")
        leftovers.remove_unknown(stack, progress)


def reissue(stack: Stack, progress: Progress) -> None:
    """Gives parties that run and whose pair this host lost a new one; each is seen in a handshake.

    Raises:
        Failure: when a server does not take it.
    """
    from certs.pairs import store  # noqa: PLC0415
    from certs.serving import renewal  # noqa: PLC0415  # 0.3 s
    from infra.tls import profiles  # noqa: PLC0415

    for profile in profiles(stack):
        if store.certificate(stack, profile.party) is None:
            with progress.step(f"certificate of {profile.party}, which this host lost") as say:
                renewal.put(stack, profile, say, renew=False)


def _no_authority(stack: Stack) -> Failure:
    return Failure(
        f"the certificate authority of stack {stack.name} is lost: {stack.folder}/certs has none.",
        "nothing was changed. Clients that trust its root would not trust the root of a new one.",
        "bring the folder back from its copy, or on an empty host from the recovery kit. "
        "`invoke certs.init` makes a new authority; hand its root to every client before `invoke up`.",
    )
