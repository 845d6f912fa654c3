"""An order: opened or taken up again, proven, finalised, downloaded."""

import base64
from typing import Any

from acme.errors import ConflictError
from acme.messages import (
    IDENTIFIER_FQDN,
    STATUS_INVALID,
    STATUS_PROCESSING,
    STATUS_VALID,
    Authorization,
    AuthorizationResource,
    Error,
    Identifier,
    NewOrder,
    Order,
    OrderResource,
)
from cryptography import x509
from josepy.json_util import field

from certs.acme import chain, proof
from certs.acme.pending import Pending
from certs.acme.proof import Say
from certs.acme.server import Server
from infra.sections.acme import Acme
from operation.failure import Failure

ISSUED = 120
"""Seconds that a server has for signing; public ones take about ten."""
GONE = (400, 401, 403, 404, 410)
"""HTTP status of an order that a server does not know any more, or that is another account's."""


class Renewal(NewOrder):
    """An order that names the certificate which it renews (RFC 9773, section 5): rates do not limit it."""

    replaces: str = field("replaces", omitempty=True)


def obtained(
    server: Server, settings: Acme, pending: Pending, say: Say, old: x509.Certificate | None = None
) -> bytes:
    """The chain (PEM) for the pending key, as far as the server and we had come before.

    Args:
        server: where the account is registered.
        settings: which challenge.
        pending: key, names, and the order where there is one.
        say: is told what happens.
        old: the certificate that is renewed.

    Raises:
        Failure: with the server's words; the order is forgotten when nothing can come of it any more.
    """
    proof.sweep(settings, pending, say)
    order = _known(server, pending) or _opened(server, pending, old)
    try:
        if order.body.status not in {STATUS_PROCESSING, STATUS_VALID}:
            order = proof.prove(server, order, settings, pending, say)
            say(f"{server.name} signs")
        found = _signed(server, order)
        chain.check(found, pending.key_pem, pending.state.names)
    except Failure:
        if _lost(server, order):
            pending.again(pending.state.names)
        raise
    return found


def replaced(certificate: x509.Certificate) -> str:
    """How a server is told of a certificate: key identifier and serial number (RFC 9773, section 4.1)."""
    issuer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    serial = certificate.serial_number
    octets = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    return ".".join(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in (issuer or b"", octets))


def _known(server: Server, pending: Pending) -> OrderResource | None:
    """The order that an earlier run began, unless nothing can come of it."""
    if not pending.state.url:
        return None
    with server.told("the order that was begun"):
        try:
            found = _order(server, server.post(pending.state.url), pending)
        except Error:
            if server.network.last.status not in GONE:
                raise
            found = None
    if found is None or found.body.status == STATUS_INVALID:
        pending.again(pending.state.names)
        return None
    return found


def _opened(server: Server, pending: Pending, old: x509.Certificate | None) -> OrderResource:
    names = [Identifier(typ=IDENTIFIER_FQDN, value=name) for name in pending.state.names]
    with server.told("the order"):
        try:
            answer = _asked(server, names, replaced(old) if old and _has_ari(server) else "")
        except (ConflictError, Error):
            if not (old and _has_ari(server)):
                raise
            answer = _asked(server, names, "")
        pending.note(pending.state.model_copy(update={"url": answer.headers["Location"]}))
        return _order(server, answer, pending)


def _asked(server: Server, names: list[Identifier], replaces: str) -> Any:
    wish = Renewal(identifiers=names, replaces=replaces) if replaces else NewOrder(identifiers=names)
    return server.post(server.client.directory["newOrder"], wish)


def _has_ari(server: Server) -> bool:
    return "renewalInfo" in server.client.directory.to_partial_json()


def _order(server: Server, answer: Any, pending: Pending) -> OrderResource:
    body = Order.from_json(answer.json())
    authorizations = [
        AuthorizationResource(body=Authorization.from_json(server.post(url).json()), uri=url)
        for url in body.authorizations
    ]
    return OrderResource(
        body=body, uri=pending.state.url, authorizations=authorizations, csr_pem=pending.request()
    )


def _signed(server: Server, order: OrderResource) -> bytes:
    with server.told("the certificate"):
        until = proof.deadline(ISSUED)
        if order.body.status in {STATUS_PROCESSING, STATUS_VALID}:
            finished = server.client.poll_finalization(order, until)
        else:
            finished = server.client.finalize_order(order, until)
        return str(finished.fullchain_pem).encode()


def _lost(server: Server, order: OrderResource) -> bool:
    """Whether nothing can come of an order any more; one whose server is silent may go on."""
    try:
        with server.told("the order"):
            status = Order.from_json(server.post(order.uri).json()).status
    except Failure:
        return False
    return bool(status in {STATUS_INVALID, STATUS_VALID})
