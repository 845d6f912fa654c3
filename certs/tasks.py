"""Tasks about certificates: what is served, what is stored, and renewal."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import stack_named

STACK = "the stack's name; PULUMI_STACK or `local` when not given"
JSON = "print JSON on standard output, for programs"


@task(default=True, help={"stack": STACK, "json": JSON})
def check(_context: Context, stack: str = "", json: bool = False) -> None:
    """Read the certificates that are served, by real handshakes.

    Fails when one is expired, does not verify, cannot be read, or has less than 1/12 of its life left.
    `stale` means that the server shows another certificate than the one last delivered.

    Example: invoke certs.check --json
    """
    from certs import endpoint, table  # noqa: PLC0415  # cryptography is not for `invoke --list`

    chosen = stack_named(stack)
    found = endpoint.findings(chosen, endpoint.endpoints(chosen))
    table.of_findings(found).show(as_json=json)
    faults = [f"{each.party} ({each.where}): {each.fault}" for each in found if each.fault]
    if faults:
        raise Failure(
            f"{len(faults)} of {len(found)} certificates need attention:\n    " + "\n    ".join(faults),
            "connections to these fail, now or soon.",
            "`invoke certs.renew --due` renews; `invoke status` tells what does not run.",
        )


@task(help={"party": "only this one, for example database", "stack": STACK, "json": JSON})
def show(_context: Context, party: str = "", stack: str = "", json: bool = False) -> None:
    """List the certificates in the local store, keys never.

    Example: invoke certs.show --party database
    """
    from certs import store, table  # noqa: PLC0415

    chosen = stack_named(stack)
    profiles = [each for each in store.profiles(chosen) if party in {"", each.party}]
    if party and not profiles:
        raise refusal(f"stack {chosen.name} has no party {party!r}.", remedy="`invoke certs.show` lists all.")
    pairs = [(each, store.certificate(chosen, each.party)) for each in profiles]
    table.of_pairs([(each, kept) for each, kept in pairs if kept]).show(as_json=json)


@task(
    help={
        "party": "renew this one, for example database",
        "all": "renew every party",
        "due": "renew those with less than a third of their life left",
        "stack": STACK,
        "json": JSON,
    }
)
def renew(
    _context: Context,
    party: str = "",
    all: bool = False,
    due: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Issue, deliver and put into service new certificates; each is seen in a handshake before the next.

    Example: invoke certs.renew --due
    """
    from certs import renewal, store, table  # noqa: PLC0415

    chosen = stack_named(stack)
    wanted = renewal.chosen(chosen, party, every=all, due=due)
    steps = progress_of(chosen, "certs renew", quiet=json)
    with mutation(chosen, "certs.renew") as outcome:
        for each in wanted:
            with steps.step(f"certificate of {each.party}") as say:
                renewal.renew(chosen, each, say)
        outcome.outcome = "succeeded" if wanted else "unchanged"
        outcome.detail = ", ".join(each.party for each in wanted) or "none was due"
    pairs = [(each, store.certificate(chosen, each.party)) for each in wanted]
    table.of_pairs([(each, kept) for each, kept in pairs if kept]).show(as_json=json)


collection = Collection("certs", check, show, renew)
