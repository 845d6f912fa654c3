"""Tokens and their keys as they are asked for from the command line."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from infra.bring_up import deploy
from operation import audit
from operation.containers import containers
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named
from tokens.issue import issued
from tokens.keys import key_file, read
from tokens.rotation import plan, rotate


def issue(subject: str, scope: str, minutes: int, stack_name: str, *, as_json: bool) -> None:
    """Prints a token and nothing else.

    Raises:
        Failure: when it cannot be issued.
    """
    scopes = [each for each in scope.replace(",", " ").split() if each]
    token = issued_and_noted(stack_named(stack_name), subject, scopes, minutes)
    if as_json:
        print(json.dumps({"token": token, "subject": subject, "scopes": scopes, "minutes": minutes}))
    else:
        print(token)


def issued_and_noted(stack: Stack, subject: str, scopes: Sequence[str], minutes: int) -> str:
    """A token; the audit log says for whom and what, never the token.

    Raises:
        Failure: when it cannot be issued.
    """
    started = time.monotonic()
    token = issued(key_file(stack), subject, scopes, minutes)
    what = f"token.issue --subject {subject!r} --scope {','.join(scopes)} --minutes {minutes}"
    seconds = round(time.monotonic() - started, 3)
    audit.record(
        stack, audit.Entry(at=audit.now(), who=audit.actor(), what=what, seconds=seconds, outcome="succeeded")
    )
    return token


def rows(stack: Stack) -> list[dict[str, str]]:
    """The keys as a person or a program reads them; nothing of their private halves."""
    return [
        {
            "key": key.kid,
            "state": key.state,
            "made": _moment(key.made),
            "signs_since": _moment(key.signs_since),
            "needed_until": _moment(key.needed_until) if key.state == "old" else "",
        }
        for key in read(key_file(stack))
    ]


def show(stack_name: str, *, as_json: bool) -> None:
    """Prints the keys, oldest first.

    Raises:
        Failure: when there are none.
    """
    _print(rows(stack_named(stack_name)), as_json=as_json)


def change(stack_name: str, *, drop_old: bool, dry_run: bool, as_json: bool) -> None:
    """Rotates the keys and prints them.

    Raises:
        Failure: when the services could not be shown the new key; the old one signs on then.
    """
    stack = stack_named(stack_name)
    if dry_run:
        _foretell(stack, drop_old=drop_old, as_json=as_json)
        return
    progress = progress_of(stack, "token rotate", quiet=as_json)
    with mutation(stack, "token.rotate" + " --drop-old" * drop_old) as outcome:
        done = rotate(stack, lambda: _deploy(stack, progress), drop_old=drop_old)
        outcome.detail = f"{done.keys[-1].kid} signs"
    _print(rows(stack), as_json=as_json)


def _deploy(stack: Stack, progress: Progress) -> None:
    """Brings the public keys to the services, one replica after the other; a stack that is down has none."""
    if containers(stack, "api"):
        deploy(stack, progress)


def _foretell(stack: Stack, *, drop_old: bool, as_json: bool) -> None:
    keys = read(key_file(stack))
    planned = plan(keys, time.time())
    dropped = [key.kid for key in keys] if drop_old else list(planned.dropped)
    if as_json:
        print(json.dumps({"new": not planned.resumed, "dropped": dropped}))
        return
    made = "the key that an interrupted rotation made" if planned.resumed else "a new key"
    print(f"{made} would be shown to the services, one replica after the other, and then sign")
    print(f"dropped: {', '.join(dropped) or 'none'}")


def _print(found: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for row in found:
        until = f"  needed until {row['needed_until']}" if row["needed_until"] else ""
        print(f"{row['key']}  {row['state']:<8}  made {row['made']}{until}")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
