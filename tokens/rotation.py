"""Another key signs: made, shown to the services, and only then used."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from operation.stack import Stack
from tokens.keys import Key, keys_of, needed, promoted, with_waiting, write


@dataclass(frozen=True)
class Plan:
    """What a rotation is about to do.

    Attributes:
        keys: as they will be shown to the services; the last one signs next.
        resumed: the key was made by a rotation that did not come to its end.
        dropped: keys that no token needs any more.
    """

    keys: tuple[Key, ...]
    resumed: bool
    dropped: tuple[str, ...]


def plan(keys: tuple[Key, ...], now: float) -> Plan:
    """Decides; the same again after an interruption, wherever it was."""
    kept = needed(keys, now)
    wanted = with_waiting(kept)
    dropped = tuple(key.kid for key in keys if key not in kept)
    return Plan(wanted, resumed=len(wanted) == len(kept), dropped=dropped)


def rotate(stack: Stack, deploy: Callable[[], None], *, drop_old: bool = False) -> Plan:
    """Carries it out. Killed anywhere, the old key signs on, or the new one does; each token out is good.

    Args:
        stack: whose keys.
        deploy: shows the public keys to every service, and comes back when all have them.
        drop_old: afterwards forgets the older keys, also those whose tokens are out: all of them are void.
    """
    planned = plan(keys_of(stack), time.time())
    write(stack, planned.keys)
    deploy()
    write(stack, promoted(planned.keys, time.time()))
    if drop_old:
        write(stack, keys_of(stack)[-1:])
        deploy()
    return planned
