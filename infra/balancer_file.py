"""The load balancer's configuration: the template, filled in from the stack's file."""

import hashlib
from collections.abc import Sequence

from certs.acme.account import thumbprint
from infra.routes import Route, routes
from infra.sections.load_balancer import OWN_PORTS, LoadBalancer
from infra.templates import rendered
from operation.stack import Stack

TEMPLATE = "load-balancer/haproxy.cfg.j2"
METRICS_PORT, PEERS_PORT = OWN_PORTS
LISTS = " crl-file /certs/current/crl.pem"
WINDOW = 10
"""Seconds; what rate limits count in."""


def content(stack: Stack) -> str:
    """The whole file of one stack; the first that uses ACME makes its account's key."""
    settings = stack.settings
    account = thumbprint(stack) if settings.certificates.acme.enabled else ""
    return filled_in(stack, settings.load_balancer, routes(settings), account)


def filled_in(stack: Stack, balancer: LoadBalancer, backends: Sequence[Route], account: str = "") -> str:
    """The file, with a digest of itself by which a running worker tells what it runs.

    Args:
        stack: whose name stands in it, and whose checkout has the template.
        balancer: its figures.
        backends: the services behind it; the one without a path gets what no other takes.
        account: thumbprint of the ACME account's key; the file knows nothing of ACME when empty.
    """

    def text(generation: str) -> str:
        return rendered(
            stack,
            TEMPLATE,
            balancer=balancer,
            backends=backends,
            stack_name=stack.name,
            metrics_port=METRICS_PORT,
            peers_port=PEERS_PORT,
            window=WINDOW,
            lists=LISTS if stack.settings.certificates.revocation else "",
            generation=generation,
            thumbprint=account,
            public=bool(account) or stack.settings.certificates.imported,
        )

    return text(hashlib.sha256(text("").encode()).hexdigest()[:16])


def generation_of(file: str) -> str:
    """The digest in a file's `description`."""
    words = (line.split() for line in file.splitlines())
    return next((each[1] for each in words if each[:1] == ["description"] and len(each) > 1), "")
