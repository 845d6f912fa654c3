"""The status page's address, with a token that opens it."""

import json
import webbrowser

from infra.addresses import addresses
from infra.parties import CONSOLE, parties
from operation import audit
from operation.failure import Failure, refusal
from operation.stack import stack_named
from tokens.console import issued_and_noted

SCOPE = "status:read"


def show(stack_name: str, subject: str, minutes: int, *, opened: bool, as_json: bool) -> None:
    """Prints the address, and shows it in a browser when that is wanted.

    Raises:
        Failure: the stack has no status page, the token cannot be issued, or there is no browser.
    """
    stack = stack_named(stack_name)
    if CONSOLE not in parties(stack.settings):
        raise refusal(
            f"stack {stack.name} has no status page.",
            remedy="set bem:monitoring.enabled to true in its file, then `invoke up`.",
        )
    token = issued_and_noted(stack, subject or audit.actor(), [SCOPE], minutes)
    address = f"{addresses(stack)[0]}/status/#{token}"
    print(json.dumps({"address": address, "minutes": minutes}) if as_json else address)
    if opened and not webbrowser.open(address):
        raise Failure("no browser could be started.", remedy="open the address above by hand.")
