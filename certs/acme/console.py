"""The public certificate as it is asked for from the command line."""

import json
from datetime import UTC, datetime

from certs.acme.place import host_of
from certs.acme.plan import Plan, plan
from certs.acme.service import serve
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import stack_named


def acme(stack_name: str, *, force: bool, dry_run: bool, as_json: bool) -> None:
    """Obtains or renews, puts into service, and prints what serves.

    Raises:
        Failure: when it cannot be obtained or is not served.
    """
    stack = stack_named(stack_name)
    found = plan(stack, force=force)
    if dry_run:
        _print(found, as_json=as_json)
        return
    steps = progress_of(stack, "certs acme", quiet=as_json)
    with mutation(stack, "certs.acme") as outcome:
        result = serve(stack, steps.step, force=force)
        outcome.outcome = "succeeded" if result.obtained or result.delivered else "unchanged"
        outcome.detail = " ".join(result.plan.names)
    _print(result.plan, as_json=as_json)


def sentences(found: Plan) -> list[str]:
    """A plan for a person."""
    lines = [f"names         {' '.join(found.names)}"]
    if found.serial:
        lines.append(f"serves        {found.issuer}, until {_at(found.until)}, serial {found.serial}")
    else:
        lines.append("serves        our own CA's certificate, which strangers do not trust")
    if not found.reason:
        return [*lines, f"due           not before {_at(found.renew_at)}"]
    lines.append(f"due           now: {found.reason}")
    asked = [f"{host_of(found.rehearsal)} as a rehearsal"] if found.rehearsal else []
    lines.append(f"to be asked   {', then '.join([*asked, host_of(found.server)])}")
    if found.paused:
        lines.append(
            f"but           {host_of(found.pauser)} wants to be left alone until {_at(found.paused)}"
        )
    return lines


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "never"


def _print(found: Plan, *, as_json: bool) -> None:
    print(json.dumps(found.told(), indent=2) if as_json else "\n".join(sentences(found)))
