"""Withdrawing a certificate: replaced where it serves, marked, told to all servers, cut where it is open."""

import time
from dataclasses import dataclass

from certs.ca.register import Reason
from certs.pairs import store
from certs.pairs.statement import serial_of
from certs.revocation import revocation, severance
from certs.serving import renewal
from certs.serving.distribution import Step, distribute
from operation.stack import Stack


@dataclass(frozen=True)
class Withdrawn:
    """What was done.

    Attributes:
        serial: of the certificate that is void.
        name: whose it was.
        reason: why.
        renewed: serial number of the party's new certificate; empty when it was no party's present one.
        cut: open sessions that were ended, by role.
        seconds: from the mark to the last server.
    """

    serial: str
    name: str
    reason: str
    renewed: str
    cut: dict[str, int]
    seconds: float


def withdraw(stack: Stack, wanted: str, reason: Reason, step: Step) -> Withdrawn:
    """Revokes a certificate everywhere; a party that serves with it gets another one first.

    Args:
        stack: whose.
        wanted: a party, a name of `certs.issue`, or a serial number.
        reason: why.
        step: begins a named step of the progress.

    Raises:
        Failure: when there is no such certificate, or a server does not take the new list; the mark stays,
            and `certs.renew --due` brings it to those that were not reached.
    """
    serial, party = _present(stack, wanted)
    renewed = _replaced(stack, party, step) if party else ""
    started = time.monotonic()
    line, name = revocation.revoke(stack, serial or wanted, reason), party or wanted
    distribute(stack, step)
    with step("open sessions"):
        cut = severance.sever(stack, int(line.serial, 16), name)
    return Withdrawn(line.serial, name, reason, renewed, cut, round(time.monotonic() - started, 1))


def _present(stack: Stack, wanted: str) -> tuple[str, str]:
    """Serial number and party, when a party's present certificate is meant; else both are empty."""
    for profile in store.profiles(stack):
        kept = store.certificate(stack, profile.party)
        if kept and wanted.upper().replace(":", "") in {profile.party.upper(), serial_of(kept)}:
            return serial_of(kept), profile.party
    return "", ""


def _replaced(stack: Stack, party: str, step: Step) -> str:
    (profile,) = [each for each in store.profiles(stack) if each.party == party]
    with step(f"a new certificate of {party}") as say:
        return renewal.renew(stack, profile, say)
