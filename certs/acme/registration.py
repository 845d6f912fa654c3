"""The registration of the account at one server: made once, found again by its key, told of a new address."""

import json
from pathlib import Path
from typing import Any

from acme.errors import ConflictError
from acme.messages import NewRegistration, Registration, RegistrationResource

from certs.acme import place
from certs.acme.account import KNOWN
from certs.acme.server import Server, refused_account
from operation.custodian import write_private
from operation.stack import Stack


def registered(stack: Stack, server: Server) -> None:
    """Makes the server know the account; it answers with the same one to the same key.

    Raises:
        Failure: when it refuses the account, or its contact.
    """
    email = stack.settings.certificates.acme.email
    file = place.of_server(stack, server.url) / KNOWN
    with server.told("the account"):
        if server.client.external_account_required():
            raise refused_account(server.name)
        account = _account(server, email)
        if _contact(file) not in {None, email}:
            account = server.client.update_registration(account, _body(email))
    write_private(file, json.dumps({"url": account.uri, "contact": email}).encode())


def _account(server: Server, email: str) -> RegistrationResource:
    wish = NewRegistration.from_data(email=email or None, terms_of_service_agreed=True)
    try:
        return server.client.new_account(wish)
    except ConflictError as known:
        found = RegistrationResource(uri=known.location, body=Registration())
        server.network.account = found
        return found


def _body(email: str) -> Registration:
    return Registration.from_data(email=email) if email else Registration(contact=())


def _contact(file: Path) -> str | None:
    """The address that the server was told last; None when it was told none by us."""
    try:
        known: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return str(known.get("contact", ""))
