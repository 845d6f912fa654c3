"""Certificates as they are asked for from the command line."""

from collections.abc import Sequence

from certs.ca.signature import now, pem
from certs.desk import description, table
from certs.endpoints import endpoint, swarm
from certs.foreign import public_pair
from certs.pairs import store
from certs.pairs.profile import Profile
from certs.revocation import lists
from certs.serving import public_side, renewal
from certs.serving.announcement import announced
from certs.serving.distribution import distribute
from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named


def check(stack_name: str, *, as_json: bool) -> None:
    """Prints what is served.

    Raises:
        Failure: when a certificate needs attention; all are printed before.
    """
    stack = stack_named(stack_name)
    found = endpoint.findings(stack, endpoint.endpoints(stack)) + swarm.findings()
    table.of_findings(found).show(as_json=as_json)
    faults = [f"{each.party} ({each.where}): {each.fault}" for each in found if each.fault]
    faults += filter(None, [lists.complaint(stack, now())])
    if faults:
        raise Failure(
            f"{len(faults)} faults of certificates:\n    " + "\n    ".join(faults),
            "connections to these fail, now or soon.",
            "`invoke certs.renew --due` renews; `invoke status` tells what does not run.",
        )


def show(what: str, stack_name: str, *, as_json: bool, as_pem: bool = False, starttls: str = "") -> None:
    """Prints what is in the local store, or one certificate wherever it is.

    Raises:
        Failure: when there is no such party, name, file or server.
    """
    stack = stack_named(stack_name)
    if starttls not in {"", "postgres"}:
        raise refusal(f"there is no preamble {starttls!r}.", remedy="use --starttls postgres, or none.")
    if not what:
        named = store.profiles(stack, store.NAMED)
        _show(stack, store.profiles(stack), as_json=as_json, named=named, public=True)
        return
    found = description.found(stack, what, "postgres" if starttls else "")
    if as_pem:
        print(pem(*found.chain).decode(), end="")
        return
    rows = [description.described(each, description.void(stack, each)) for each in found.chain]
    table.show_one(found.where, rows, found.verdict, as_json=as_json)


def renew(
    party: str, stack_name: str, *, every: bool, due: bool, as_json: bool, dry_run: bool = False
) -> None:
    """Renews one after the other and prints the new ones.

    Raises:
        Failure: when one is not taken by its server; those before it are renewed, those behind it are not.
    """
    stack = stack_named(stack_name)
    wanted = renewal.chosen(stack, party, every=every, due=due)
    listed = due and _lists_are_due(stack)
    public = due and stack.settings.certificates.foreign
    if dry_run:
        _would(stack, wanted, public=public, as_json=as_json)
        return
    steps = progress_of(stack, "certs renew", quiet=as_json)
    with mutation(stack, "certs.renew") as outcome, announced(stack):
        for each in wanted:
            with steps.step(f"certificate of {each.party}") as say:
                renewal.renew(stack, each, say)
        done = [each.party for each in wanted] + (["public"] if public and _public(stack, steps) else [])
        if listed:
            lists.reissue(stack)
            distribute(stack, steps.step)
            done.append("revocation lists")
        outcome.outcome = "succeeded" if done else "unchanged"
        outcome.detail = ", ".join(done) or "none was due"
    _show(stack, wanted, as_json=as_json)


def _lists_are_due(stack: Stack) -> bool:
    """Whether servers have lists, and should have others by now."""
    there = (stack.folder / "certs" / lists.BUNDLE).exists()
    return there and stack.settings.certificates.revocation and lists.due(stack, now())


def _show(
    stack: Stack,
    profiles: list[Profile],
    *,
    as_json: bool,
    named: Sequence[Profile] = (),
    public: bool = False,
) -> None:
    pairs = [(each, store.certificate(stack, each.party)) for each in profiles]
    if public and stack.settings.certificates.foreign:
        shown = [each.model_copy(update={"party": public_pair.PLACE}) for each in profiles if each.public]
        pairs += [(each, public_pair.certificate(stack)) for each in shown]
    pairs += [(each, store.certificate(stack, each.party, store.NAMED)) for each in named]
    table.of_pairs([(each, kept) for each, kept in pairs if kept]).show(as_json=as_json)


def _would(stack: Stack, wanted: list[Profile], *, public: bool, as_json: bool) -> None:
    if as_json:
        _show(stack, wanted, as_json=True)
        return
    if wanted:
        _show(stack, wanted, as_json=False)
    else:
        print("none is due")
    if public and stack.settings.certificates.acme.enabled:
        from certs.acme import console, plan  # noqa: PLC0415  # only where it is used

        print("\n".join(["the public one:", *console.sentences(plan.plan(stack))]))


def _public(stack: Stack, steps: Progress) -> bool:
    """Obtains ACME's certificate when it is due, and has the public one shown; whether anything changed."""
    if stack.settings.certificates.imported:
        return public_side.settle(stack, steps.step)
    from certs.acme import service  # noqa: PLC0415  # only where it is used

    result = service.serve(stack, steps.step)
    return result.obtained or result.delivered
