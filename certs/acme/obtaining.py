"""A public certificate obtained: rehearsed, ordered, checked, kept; `service` puts it into service."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from cryptography import x509

from certs.acme import account, front, pair, place, rehearsal, window
from certs.acme.order import obtained
from certs.acme.pending import Pending
from certs.acme.plan import Plan, wish
from certs.acme.proof import Say
from certs.acme.registration import registered
from certs.acme.server import Server, connected
from certs.acme.trial import trial
from certs.acme.trouble import Later
from certs.ca.signature import now
from certs.endpoints.outsiders import ca_file, strangers
from certs.foreign import public_pair
from certs.turn import turn
from operation.custodian import write_private
from operation.stack import Stack

Step = Callable[[str], AbstractContextManager[Say]]


def obtain(stack: Stack, found: Plan, step: Step) -> x509.Certificate:
    """Obtains the certificate that a plan asks for, and keeps it in the local store.

    Args:
        stack: whose.
        found: what is wanted; its pause is heeded.
        step: begins a named step.

    Raises:
        Failure: when it cannot be had; the pair in the store is then as it was.
    """
    with turn(place.folder(stack) / ".order.lock"):
        _heed(found)
        with step("the load balancer's answer to challenges"):
            front.answers(stack)
        if found.rehearsal:
            with step(f"rehearsal with {place.host_of(found.rehearsal)}") as say:
                _ordered(stack, found.rehearsal, say, rehearsed=True)
                rehearsal.note(stack, stack.settings.certificates.acme, found.names)
        with step(f"certificate of {place.host_of(found.server)}") as say:
            return _ordered(stack, found.server, say)


def ask_window(stack: Stack) -> None:
    """Asks the server when to renew the present certificate, where it is time to ask.

    Raises:
        Failure: when the server does not answer at all.
    """
    wanted, kept, at = wish(stack), public_pair.certificate(stack), now()
    folder = place.of_server(stack, wanted.url)
    if kept is None or window.stale(kept, pair.origin(stack), wanted) or at >= kept.not_valid_after_utc:
        return
    known = window.known_advice(folder, kept)
    if not (known and at < known.ask_at) and window.pause(folder, at) is None:
        window.advice(connected(wanted.url, account.key(stack), ca_file(stack)), folder, kept, at)


def _ordered(stack: Stack, url: str, say: Say, *, rehearsed: bool = False) -> x509.Certificate:
    """One server's certificate; what a rehearsal brings is looked at and thrown away."""
    settings, wanted, folder = stack.settings.certificates.acme, wish(stack), place.of_server(stack, url)
    try:
        say("its directory, and our account")
        server = connected(url, account.key(stack), ca_file(stack))
        registered(stack, server)
        pending = Pending(folder, wanted.names)
        chain = obtained(server, settings, pending, say, None if rehearsed else _old(stack, server))
    except Later as later:
        window.keep_pause(folder, later.until, later.what)
        raise
    if rehearsed:
        pending.done()
        return x509.load_pem_x509_certificate(chain)
    _tried(stack, folder, chain, wanted.names)
    kept = pair.keep(stack, chain, pending.key_pem, wanted)
    pending.done()
    return kept


def _old(stack: Stack, server: Server) -> x509.Certificate | None:
    origin = pair.origin(stack)
    return public_pair.certificate(stack) if origin and origin.url == server.url else None


def _tried(stack: Stack, folder: Path, chain: bytes, names: tuple[str, ...]) -> None:
    place_of_key = folder / "pending"
    write_private(place_of_key / "cert.pem", chain)
    trial(strangers(stack), place_of_key, names)


def _heed(found: Plan) -> None:
    if found.paused:
        raise Later(f"{place.host_of(found.pauser)} has asked to be left alone.", found.paused)
