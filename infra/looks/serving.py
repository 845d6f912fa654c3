"""Who serves: services with their replicas, and the platform's address."""

from typing import Any

from infra.addresses import addresses
from infra.parties import services as parties_of
from infra.status import ServiceState, Status
from operation.containers import client
from operation.failure import Failure
from operation.stack import LABEL_STACK, Stack


def services(stack: Stack, status: Status) -> None:
    """Services that run, and those with fewer healthy replicas than they should have."""
    engine = client()
    by_name = {
        each.name: each for each in engine.services.list(filters={"label": f"{LABEL_STACK}={stack.name}"})
    }
    found = engine.containers.list(filters={"label": f"{LABEL_STACK}={stack.name}"}, ignore_removed=True)
    for party in parties_of(stack.settings):
        service = by_name.get(stack.object_name(party.role))
        if service is None:
            continue
        mine = [each for each in found if each.labels.get("bem.role") == party.role]
        wanted = service.attrs["Spec"]["Mode"]["Replicated"]["Replicas"]
        state = ServiceState(party.role, wanted, len(mine), sum(_healthy(each) for each in mine))
        status.services.append(state)
        if state.healthy < wanted or not wanted:
            status.wrong.append(
                f"{party.role}: {state.healthy} of {wanted} healthy: `invoke logs {party.role}`; `invoke up`."
            )


def endpoints(stack: Stack, status: Status) -> None:
    """The platform's address, as a client asks it.

    Raises:
        Failure: when there is no root certificate yet.
    """
    import httpx  # noqa: PLC0415

    from certs.endpoints.outsiders import context  # noqa: PLC0415

    root = stack.folder / "certs" / "root.pem"
    if not root.exists():
        raise Failure("there is no root certificate: `invoke up` makes it.")
    trust = context(stack)
    address = addresses(stack)[0]
    try:
        answer = httpx.get(f"{address}/readyz", verify=trust, timeout=3)
        status.endpoints[address] = f"{answer.status_code}"
        if answer.status_code != httpx.codes.OK:
            status.wrong.append(f"{address}/readyz answers {answer.status_code}: `invoke logs api`.")
    except httpx.HTTPError as error:
        status.endpoints[address] = str(error)
        status.wrong.append(f"{address} does not answer ({error}): `invoke logs load-balancer`.")


def _healthy(found: Any) -> bool:
    return "(healthy)" in found.attrs.get("Status", "") or (
        isinstance(found.attrs.get("State"), dict)
        and found.attrs["State"].get("Health", {}).get("Status") == "healthy"
    )
