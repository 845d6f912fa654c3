"""The names of services that a person may type for one stack."""

from infra.parties import PARTIES, Party, parties
from operation.failure import refusal
from operation.stack import Stack

ALL = "all"


def known(stack: Stack, service: str, *, jobs: bool = False) -> None:
    """Goes on when the stack has that service; an empty name and `all` mean every one.

    Raises:
        Failure: when it has not; says what there is.
    """
    names = [party.role for party in parties(stack.settings) if jobs or not party.job]
    if service not in {"", ALL, *names}:
        raise _unknown(stack, service, [*names, ALL])


def one(stack: Stack, service: str) -> Party:
    """The service of that name.

    Raises:
        Failure: when the stack has none, or it is a job, which has no container to go into.
    """
    found = {party.role: party for party in parties(stack.settings)}
    if service not in found:
        raise _unknown(stack, service, [role for role, party in found.items() if not party.job])
    if found[service].job:
        raise refusal(
            f"{service} is a job: it runs to its end and has no container to go into.",
            remedy=f"`invoke ps {service} --all` shows its runs.",
        )
    return found[service]


def _unknown(stack: Stack, service: str, names: list[str]) -> Exception:
    if service in {party.role for party in PARTIES}:
        return refusal(
            f"stack {stack.name} has no {service}: its file switches it off.",
            remedy=f"use one of: {', '.join(names)}.",
        )
    return refusal(f"there is no service {service!r}.", remedy=f"use one of: {', '.join(names)}.")
