"""Certificates as they are asked for from the command line."""

from certs import endpoint, renewal, store, table
from certs.profile import Profile
from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import Stack, stack_named


def check(stack_name: str, *, as_json: bool) -> None:
    """Prints what is served.

    Raises:
        Failure: when a certificate needs attention; all are printed before.
    """
    stack = stack_named(stack_name)
    found = endpoint.findings(stack, endpoint.endpoints(stack))
    table.of_findings(found).show(as_json=as_json)
    faults = [f"{each.party} ({each.where}): {each.fault}" for each in found if each.fault]
    if faults:
        raise Failure(
            f"{len(faults)} of {len(found)} certificates need attention:\n    " + "\n    ".join(faults),
            "connections to these fail, now or soon.",
            "`invoke certs.renew --due` renews; `invoke status` tells what does not run.",
        )


def show(party: str, stack_name: str, *, as_json: bool) -> None:
    """Prints what is in the local store.

    Raises:
        Failure: when the stack has no such party.
    """
    stack = stack_named(stack_name)
    profiles = [each for each in store.profiles(stack) if party in {"", each.party}]
    if party and not profiles:
        raise refusal(f"stack {stack.name} has no party {party!r}.", remedy="`invoke certs.show` lists all.")
    _show(stack, profiles, as_json=as_json)


def renew(
    party: str, stack_name: str, *, every: bool, due: bool, as_json: bool, dry_run: bool = False
) -> None:
    """Renews one after the other and prints the new ones.

    Raises:
        Failure: when one is not taken by its server; those before it are renewed, those behind it are not.
    """
    stack = stack_named(stack_name)
    wanted = renewal.chosen(stack, party, every=every, due=due)
    if dry_run and not wanted and not as_json:
        print("none is due")
    elif dry_run:
        _show(stack, wanted, as_json=as_json)
    if dry_run:
        return
    steps = progress_of(stack, "certs renew", quiet=as_json)
    with mutation(stack, "certs.renew") as outcome:
        for each in wanted:
            with steps.step(f"certificate of {each.party}") as say:
                renewal.renew(stack, each, say)
        outcome.outcome = "succeeded" if wanted else "unchanged"
        outcome.detail = ", ".join(each.party for each in wanted) or "none was due"
    _show(stack, wanted, as_json=as_json)


def _show(stack: Stack, profiles: list[Profile], *, as_json: bool) -> None:
    pairs = [(each, store.certificate(stack, each.party)) for each in profiles]
    table.of_pairs([(each, kept) for each, kept in pairs if kept]).show(as_json=as_json)
