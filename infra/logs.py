"""What the containers of a stack wrote."""

import sys
from typing import Any

from infra.parties import PARTIES
from operation.containers import client
from operation.failure import refusal
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

ALL = "all"


def show(stack: Stack, service: str, *, tail: int, since: int | None, follow: bool) -> None:
    """Prints the log of each container of the service, ended ones of the last tries included.

    Raises:
        Failure: for a service that does not exist, or none chosen to follow.
    """
    roles = [party.role for party in PARTIES]
    if service not in {ALL, *roles}:
        raise refusal(f"there is no service {service!r}.", remedy=f"use one of: {', '.join(roles)}, {ALL}.")
    if follow and service == ALL:
        raise refusal("--follow needs one service.", remedy="for example: invoke logs api --follow")
    engine = client(timeout=24 * 3600)
    for role in roles if service == ALL else [service]:
        labels = [f"{LABEL_STACK}={stack.name}", f"{LABEL_ROLE}={role}"]
        found = engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
        for each in reversed(found[:1] if follow else found):
            _print(role, each, tail=tail, since=since, follow=follow)


def _print(role: str, each: Any, *, tail: int, since: int | None, follow: bool) -> None:
    print(f"== {role} {each.short_id} ({each.status})", file=sys.stderr)
    arguments = {"since": since} if since else {}
    stream = each.logs(stream=True, follow=follow, tail=tail, timestamps=True, **arguments)
    for chunk in stream:
        sys.stdout.write(chunk.decode(errors="replace"))
        sys.stdout.flush()
