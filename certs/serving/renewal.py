"""A renewal: a new pair, delivered, taken by its server, and proven by a handshake."""

from collections.abc import Callable
from typing import Any

from cryptography import x509

from certs.ca.signature import now
from certs.endpoints import endpoint
from certs.endpoints.endpoint import Endpoint
from certs.pairs.profile import Profile
from certs.pairs.statement import life_left, serial_of
from certs.pairs.store import RENEWED_WITH, certificate, profiles
from certs.serving.carrier import deliver
from certs.serving.generation import CURRENT
from operation.containers import containers, execute, required, wait_for
from operation.failure import Failure, refusal
from operation.stack import Stack
from toolchain import base_image

SIGNALS = {"database": "SIGHUP"}
"""What makes a server read its pair again without dropping a connection (facts: TLS and certificates)."""

COMMANDS = {
    "load-balancer": ("reload",),
    "cache": (
        *("ask", "CONFIG", "SET"),
        *("tls-cert-file", f"{CURRENT}/cert.pem", "tls-key-file", f"{CURRENT}/key.pem"),
    ),
}
"""The same by a command, which says how it went: Redis takes both files in one step, or neither."""

REPLACEABLE = ("api", "realtime", "pulse", "training", "console")
"""Roles whose container Swarm may replace when it does not read its pair again by itself."""

TAKEN = 15.0
"""Seconds within which a server that reads again shows its new certificate; PostgreSQL takes one."""

REPLACED = 180.0
"""Seconds within which Swarm has a successor serving: stop grace, start and health check."""

CARRIER = f"{base_image.REPOSITORY}:{base_image.TAG}"
"""What pairs are carried with: the base of all images, so it is there also while nothing runs."""

SPREAD = 1 / 30
"""Part of their lives over which renewals are spread before the last third: three days of ninety.
Certificates of one day are not all due at one hour, and hosts that began together do not all work at once."""

Say = Callable[[str], None]


def chosen(stack: Stack, party: str, *, every: bool, due: bool) -> list[Profile]:
    """The profiles to renew.

    Args:
        stack: whose.
        party: one by name, or empty.
        every: all of them.
        due: those with little more than a third of their life left, each by its own moment.

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
    return put(stack, profile, say, renew=True)


def put(stack: Stack, profile: Profile, say: Say, *, renew: bool) -> str:
    """Brings a party's pair and what its CAs say into its volume, sees it served, and gives its serial.

    Args:
        stack: whose party.
        profile: what the certificate says.
        say: is told what happens.
        renew: issue a new pair; else what is in the local store, ACME's pair as well, is brought again.

    Raises:
        Failure: as for `renew`.
    """
    say("a new pair into its volume" if renew else "what its CAs say into its volume")
    serial = deliver(stack, profile, stack.object_name(f"certs-{profile.party}"), CARRIER, renew=renew)
    told: set[str] = set()
    for asked in endpoint.endpoints(stack):
        if asked.party == profile.party:
            kept = endpoint.expected(stack, asked) if asked.public and profile.public else None
            _serve(stack, asked, serial_of(kept) if kept else serial, say, told)
    return serial


def _serve(stack: Stack, asked: Endpoint, serial: str, say: Say, told: set[str]) -> None:
    """Makes every replica take its files, each once, and show the certificate."""
    running = containers(stack, asked.party)
    for each in running:
        if each.id not in told:
            told.add(each.id)
            _tell(asked.party, each, say)
        _take(stack, asked, each, serial, say)
    if not running:  # what has expired is started again and again
        say("waiting for a container of it")
        wait_for(lambda: _any_shows(stack, asked, serial), REPLACED, f"{asked.party} with its certificate")


def _any_shows(stack: Stack, asked: Endpoint, serial: str) -> bool:
    return any(_shows(stack, asked, each, serial) for each in containers(stack, asked.party))


def _tell(party: str, running: Any, say: Say) -> None:
    """Makes a server read its files again, when it does not do so by itself."""
    signal, command = SIGNALS.get(party), COMMANDS.get(party)
    if signal:
        say(f"{signal} to {running.name}")
        running.kill(signal)
    if command:
        say(f"{' '.join(command[:3])} in {running.name}")
        required(execute(running, command), f"making {party} read its files again")


def _take(stack: Stack, asked: Endpoint, running: Any, serial: str, say: Say) -> None:
    """Waits until one container shows the certificate; one that never does may get a successor."""
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
    return kept is None or life_left(kept, now()) <= RENEWED_WITH + SPREAD * _lot(kept)


def _lot(kept: x509.Certificate) -> float:
    """A number from 0 to 1 that a certificate keeps: its serial number is random."""
    return kept.serial_number % 1000 / 1000


def _not_taken(party: str, serial: str) -> Failure:
    return Failure(
        f"{party} goes on showing another certificate than {serial}, which is in its volume.",
        "the old one serves until it expires.",
        f"read `invoke logs {party}` for why it refuses the new pair; then renew again.",
    )
