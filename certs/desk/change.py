"""Withdrawals and rotations as they are asked for from the command line."""

import json
from dataclasses import asdict
from typing import get_args

from certs.ca import register
from certs.ca.register import Reason
from certs.pairs import store
from certs.pairs.statement import serial_of
from certs.revocation import withdrawal
from certs.rotation import rotation
from certs.rotation.rotation import PHASES, Ca, Phase
from operation.consent import ask
from operation.failure import refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import Stack, stack_named

DISTRIBUTE = (
    "`{file}` holds both roots now: give it to every client outside of the platform,"
    " then `invoke certs.rotate --ca root --go-on`."
)


def revoke(stack_name: str, wanted: str, reason: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Revokes a certificate, and prints what was done.

    Raises:
        Failure: when there is no such certificate, or a server does not take the new list.
    """
    stack, why = stack_named(stack_name), _reason(reason)
    if dry_run:
        serial, party = _meant(stack, wanted)
        after = f", after {party} has another one" if party else ""
        print(f"would revoke {serial} of {party or wanted} ({why}){after}; every server gets the new list")
        return
    ask(f"Revoke the certificate of {wanted} in stack {stack.name}? That cannot be taken back.", yes=yes)
    steps = progress_of(stack, "certs revoke", quiet=as_json)
    with mutation(stack, f"certs.revoke {wanted}") as outcome:
        done = withdrawal.withdraw(stack, wanted, why, steps.step)
        outcome.detail = f"{done.serial}, {done.reason}"
    if as_json:
        print(json.dumps(asdict(done), indent=1))
        return
    print(
        f"{done.serial} of {done.name} is void ({done.reason}); every server had the list in {done.seconds} s"
    )
    if done.renewed:
        print(f"{done.name} serves with {done.renewed}")
    print("sessions cut: " + (", ".join(f"{role} {number}" for role, number in done.cut.items()) or "none"))


def rotate(
    stack_name: str, ca: str, *, go_on: bool, at_once: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Replaces a CA, phase by phase, and prints which were done.

    Raises:
        Failure: when a party does not take what it is given; the same command goes on from there.
    """
    stack, wanted = stack_named(stack_name), _ca(ca)
    journal = rotation.under_way(stack)
    last = _last(wanted, journal.phase if journal else "trust", go_on=go_on, at_once=at_once)
    phases = PHASES[PHASES.index(journal.phase) if journal else 0 : PHASES.index(last) + 1]
    if dry_run:
        print(f"would rotate the {wanted} CA of stack {stack.name}: {', '.join(phases)}")
        return
    if "drop" in phases:
        _drops(stack, wanted, yes=yes)
    steps = progress_of(stack, "certs rotate", quiet=as_json)
    with mutation(stack, f"certs.rotate --ca {wanted}") as outcome:
        done = rotation.rotate(stack, wanted, steps.step, through=last)
        outcome.detail = ", ".join(done)
    if as_json:
        print(json.dumps({"ca": wanted, "done": done, "ended": rotation.under_way(stack) is None}, indent=1))
        return
    print(f"{wanted} CA: {', '.join(done)} done" + ("" if last == "drop" else "; the rotation goes on"))
    if last == "trust":
        print(DISTRIBUTE.format(file=stack.folder / "certs" / "roots.pem"))


def _last(ca: Ca, phase: Phase, *, go_on: bool, at_once: bool) -> Phase:
    """A root waits for the clients outside after its first phase; an issuing CA need not."""
    if ca == "issuing" or at_once or (go_on and phase != "trust"):
        return "drop"
    if go_on:
        raise refusal(
            "no rotation of the root is under way.", remedy="`invoke certs.rotate --ca root` begins it."
        )
    if phase != "trust":
        raise refusal(
            "the new root is trusted inside already.",
            remedy="`invoke certs.rotate --ca root --go-on`, once all clients outside trust it, too.",
        )
    return "trust"


def _drops(stack: Stack, ca: Ca, *, yes: bool) -> None:
    """Asks when somebody outside holds a certificate that is void afterwards."""
    names = [each.party for each in store.profiles(stack, store.NAMED)]
    if names:
        ask(
            f"The certificates of {', '.join(names)} are of the {ca} CA that goes, and are refused afterwards"
            " until `invoke certs.issue NAME --renew` and `certs.export`. Go on?",
            yes=yes,
        )


def _meant(stack: Stack, wanted: str) -> tuple[str, str]:
    """Serial number, and the party when it is a party's present certificate."""
    kept = store.find(stack, wanted)
    if kept:
        party = wanted if store.certificate(stack, wanted) else ""
        return serial_of(kept.certificate), party
    serial = wanted.upper().replace(":", "")
    if serial not in register.entries(stack):
        raise refusal(
            f"stack {stack.name} has issued no certificate {wanted!r}.",
            remedy="`invoke certs.show` lists all.",
        )
    return serial, ""


def _reason(text: str) -> Reason:
    for each in get_args(Reason):
        if text.replace("-", "_").lower() == each:
            found: Reason = each
            return found
    raise refusal(f"{text!r} is no reason.", remedy=f"use one of: {', '.join(get_args(Reason))}.")


def _ca(text: str) -> Ca:
    for each in get_args(Ca):
        if text == each:
            found: Ca = each
            return found
    raise refusal(f"which CA? {text!r} is none.", remedy=f"add --ca {' or '.join(get_args(Ca))}.")
