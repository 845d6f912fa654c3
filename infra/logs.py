"""What the containers of a stack wrote."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from infra.parties import PARTIES
from operation.containers import client
from operation.failure import refusal
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

ALL = "all"


def show(
    stack: Stack, service: str, *, tail: int, since: int | None, follow: bool, as_json: bool = False
) -> None:
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
            arguments = {"since": since} if since else {}
            stream = each.logs(stream=True, follow=follow, tail=tail, timestamps=True, **arguments)
            _print(role, each, stream, as_json=as_json)


def _print(role: str, each: Any, stream: Iterable[bytes], *, as_json: bool) -> None:
    if as_json:
        for line in lines(stream):
            print(json.dumps(entry(role, each.short_id, line), ensure_ascii=False), flush=True)
        return
    print(f"== {role} {each.short_id} ({each.status})", file=sys.stderr)
    for chunk in stream:
        sys.stdout.write(chunk.decode(errors="replace"))
        sys.stdout.flush()


def lines(stream: Iterable[bytes]) -> Iterator[str]:
    """Whole lines, wherever the engine cuts its chunks."""
    rest = b""
    for chunk in stream:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode(errors="replace") for line in whole)
    if rest:
        yield rest.decode(errors="replace")


def entry(role: str, container: str, line: str) -> dict[str, str]:
    """One line for a program; Docker puts the time in UTC before each."""
    at, _, words = line.partition(" ")
    return {"at": at, "service": role, "container": container, "line": words.rstrip("\r")}
