"""The proof that names are ours: challenges answered, by the load balancer or by records in DNS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from acme.challenges import DNS01
from acme.messages import STATUS_PENDING, AuthorizationResource, ChallengeBody, OrderResource

from certs.acme import hook
from certs.acme.hook import Record
from certs.acme.pending import Pending
from certs.acme.server import Server
from certs.acme.trouble import SERVES_ON
from infra.sections.acme import Acme
from operation.failure import Failure

PROVEN = 120
"""Seconds that a server has for looking; public ones look from several places, within about ten."""

Say = Callable[[str], None]


def prove(server: Server, order: OrderResource, settings: Acme, pending: Pending, say: Say) -> OrderResource:
    """Answers what is still open of an order's challenges, and waits for the server's verdict.

    Args:
        server: who asks.
        order: with its authorizations.
        settings: which challenge, and the hook.
        pending: notes which records are set, for a run that is killed.
        say: is told what happens.

    Raises:
        Failure: when the server offers no such challenge, the hook fails, or the proof does.
    """
    open_ones = [each for each in order.authorizations if each.body.status == STATUS_PENDING]
    challenges = [_chosen(server, each, settings.challenge) for each in open_ones]
    records = [
        _record(server, each, challenge) for each, challenge in zip(open_ones, challenges, strict=True)
    ]
    with _set(settings, records if settings.challenge == "dns-01" else [], pending, say):
        for challenge in challenges:
            if challenge.status == STATUS_PENDING:
                with server.told("the answer to its challenge"):
                    server.client.answer_challenge(challenge, challenge.response(server.network.key))
        say(f"{server.name} looks whether the names are ours")
        with server.told("the proof of the names"):
            return server.client.poll_authorizations(order, deadline(PROVEN))


def deadline(seconds: float) -> datetime:
    """A moment by the clock that the library compares with: the host's, without a zone."""
    return datetime.now() + timedelta(seconds=seconds)  # noqa: DTZ005  # acme.client asks so, too


def sweep(settings: Acme, pending: Pending, say: Say) -> None:
    """Removes records that a killed run has left; a hook that fails is told of, and asked again."""
    left = []
    for record in pending.state.records if settings.hook else ():
        try:
            say(f"removing {record.name}")
            hook.call(settings.hook, "cleanup", record, settings.hook_seconds)
        except Failure as failure:
            say(failure.what)
            left.append(record)
    pending.note(pending.state.model_copy(update={"records": tuple(left)}))


@contextmanager
def _set(settings: Acme, records: list[Record], pending: Pending, say: Say) -> Iterator[None]:
    """The records, while the block runs; noted before they are set, so that none is forgotten."""
    noted = (*pending.state.records, *records)
    if records:
        pending.note(pending.state.model_copy(update={"records": noted}))
    try:
        for record in records:
            say(f"setting {record.name}")
            hook.call(settings.hook, "present", record, settings.hook_seconds)
        yield
    finally:
        if records:
            sweep(settings, pending, say)


def _chosen(server: Server, authorization: AuthorizationResource, kind: str) -> ChallengeBody:
    name = authorization.body.identifier.value
    offered = {each.chall.typ: each for each in authorization.body.challenges}
    if kind not in offered:
        raise Failure(
            f"{server.name} offers no {kind} for {name}, but {', '.join(sorted(offered)) or 'nothing'}.",
            SERVES_ON,
            "choose another certificates.acme.challenge in the stack's file.",
        )
    return offered[kind]


def _record(server: Server, authorization: AuthorizationResource, challenge: ChallengeBody) -> Record:
    domain = authorization.body.identifier.value
    if not isinstance(challenge.chall, DNS01):
        return Record(domain=domain, name="", value="")
    value = challenge.chall.validation(server.network.key)
    return Record(domain=domain, name=challenge.chall.validation_domain_name(domain), value=value)
