"""A renewal: a new pair, delivered, taken by its server, and proven by a handshake."""

from collections.abc import Callable
from typing import Any

from certs import endpoint
from certs.carrier import deliver
from certs.endpoint import Endpoint
from certs.profile import Profile
from certs.signature import now
from certs.statement import life_left
from certs.store import RENEWED_WITH, certificate, profiles
from operation.containers import client, container, containers, wait_for
from operation.failure import Failure, refusal
from operation.stack import Stack

SIGNALS = {"database": "SIGHUP", "load-balancer": "SIGUSR2"}
"""What makes a server read its pair again without dropping a connection (facts: TLS and certificates)."""

REPLACEABLE = ("api", "object-store")
"""Roles whose container Swarm may replace when it does not read its pair again by itself."""

TAKEN = 15.0
"""Seconds within which a server that reads again shows its new certificate; PostgreSQL takes one."""

REPLACED = 180.0
"""Seconds within which Swarm has a successor serving: stop grace, start and health check."""

Say = Callable[[str], None]


def chosen(stack: Stack, party: str, *, every: bool, due: bool) -> list[Profile]:
    """The profiles to renew.

    Args:
        stack: whose.
        party: one by name, or empty.
        every: all of them.
        due: those with less than a third of their life left.

    Raises:
        Failure: when not exactly one way of choosing was used, or there is no such party.
    """
    if (bool(party), every, due).count(True) != 1:
        raise refusal("renew which certificates?", remedy="give one of --party NAME, --all or --due.")
    known = profiles(stack)
    if party and party not in [each.party for each in known]:
        names = ", ".join(each.party for each in known) or "none yet"
        raise refusal(f"stack {stack.name} has no party {party!r}.", remedy=f"use one of: {names}.")
    return [each for each in known if every or each.party == party or (due and _due(stack, each.party))]


def renew(stack: Stack, profile: Profile, say: Say) -> str:
    """Renews one party and gives its new serial number, which its server was seen to show.

    Args:
        stack: whose party.
        profile: what the certificate says.
        say: is told what happens.

    Raises:
        Failure: when the pair cannot be issued or delivered, or the server goes on showing the old one.
    """
    engine = client()
    image = container(stack, profile.party, engine).image.id
    say("a new pair into its volume")
    serial = deliver(stack, profile, stack.object_name(f"certs-{profile.party}"), image, renew=True)
    for asked in endpoint.endpoints(stack):
        if asked.party == profile.party:
            for each in containers(stack, profile.party, engine):
                _take(stack, asked, each, serial, say)
    return serial


def _take(stack: Stack, asked: Endpoint, running: Any, serial: str, say: Say) -> None:
    """Makes one container show the new certificate: by itself, by a signal, or by a successor."""
    signal = SIGNALS.get(asked.party)
    if signal:
        say(f"{signal} to {running.name}")
        running.kill(signal)
    try:
        say(f"waiting for {running.name} to show it")
        wait_for(lambda: _shows(stack, asked, running, serial), TAKEN, f"a new certificate of {asked.party}")
    except Failure:
        if asked.party not in REPLACEABLE:
            raise _not_taken(asked.party, serial) from None
        say(f"replacing {running.name}")
        running.stop(timeout=30)
        what = f"a successor of {running.name} with the new certificate"
        wait_for(lambda: _succeeded(stack, asked, running, serial), REPLACED, what)


def _shows(stack: Stack, asked: Endpoint, running: Any, serial: str) -> bool:
    found = endpoint.look(stack, asked, running if asked.inside else None)
    return found.served is not None and found.served.serial == serial


def _succeeded(stack: Stack, asked: Endpoint, old: Any, serial: str) -> bool:
    found = [each for each in containers(stack, asked.party) if each.id != old.id]
    return bool(found) and _shows(stack, asked, found[0], serial)


def _due(stack: Stack, party: str) -> bool:
    kept = certificate(stack, party)
    return kept is None or life_left(kept, now()) <= RENEWED_WITH


def _not_taken(party: str, serial: str) -> Failure:
    return Failure(
        f"{party} goes on showing another certificate than {serial}, which is in its volume.",
        "the old one serves until it expires.",
        f"read `invoke logs {party}` for why it refuses the new pair; then renew again.",
    )
