"""Looking at a stack, one function a thing; what does not answer becomes a line of what is wrong."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from infra.addresses import addresses
from infra.parties import parties, services
from infra.status import ServiceState, Status
from operation.containers import client
from operation.failure import Failure
from operation.stack import LABEL_STACK, Stack

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cryptography import x509

    from infra.questions import Seen
    from infra.room import Room
    from infra.zero_loss import ZeroLoss

RPO_LIMIT = 30.0
"""Seconds of writes that a repository may lack before `status` calls it wrong."""
DAYS_LIMIT = 1 / 6
"""Share of a certificate's life below which it is wrong that nobody has renewed it."""


def gathered(stack: Stack) -> Status:
    """Looks at everything; a part that does not answer becomes a line in `wrong`."""
    database = stack.settings.database
    status = Status(stack.name, generation=database.generation, kept=database.kept)
    _services(stack, status)
    if not status.services:
        status.wrong.append("nothing of this stack runs: `./ops up` deploys it.")
        return status
    from infra.questions import asked  # noqa: PLC0415

    with asked(stack) as questions:
        backups, room = partial(_backups, questions.catalog), partial(_room, questions.room)
        proofs, receiver = partial(_proofs, questions.catalog), partial(_zero_loss, questions.zero_loss)
        asked_for = (backups, room, receiver, proofs)
        for look in (_endpoints, _certificates, *asked_for, _interrupted, _schedules, _alerts):
            try:
                look(stack, status)
            except Failure as failure:
                status.wrong.append(failure.what)
    _custody(stack, status)
    _vault(stack, status)
    return status


def unhealthy(stack: Stack) -> list[str]:
    """Services with fewer healthy containers than they should have."""
    status = Status(stack.name)
    _services(stack, status)
    return [each.name for each in status.services if each.healthy < each.wanted]


def _services(stack: Stack, status: Status) -> None:
    engine = client()
    by_name = {
        each.name: each for each in engine.services.list(filters={"label": f"{LABEL_STACK}={stack.name}"})
    }
    found = engine.containers.list(filters={"label": f"{LABEL_STACK}={stack.name}"}, ignore_removed=True)
    for party in services(stack.settings):
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


def _healthy(found: Any) -> bool:
    return "(healthy)" in found.attrs.get("Status", "") or (
        isinstance(found.attrs.get("State"), dict)
        and found.attrs["State"].get("Health", {}).get("Status") == "healthy"
    )


def _endpoints(stack: Stack, status: Status) -> None:
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


def _certificates(stack: Stack, status: Status) -> None:
    from cryptography import x509  # noqa: PLC0415

    for party in parties(stack.settings):
        path = stack.folder / "certs" / party.role / "cert.pem"
        if not path.exists():
            status.wrong.append(f"{party.role} has no certificate: `invoke up` makes it.")
            continue
        leaf = x509.load_pem_x509_certificate(path.read_bytes())
        _days(status, party.role, leaf, "certs.renew --due")
    _lists(stack, status)
    if stack.settings.certificates.foreign:
        _public(stack, status)


def _lists(stack: Stack, status: Status) -> None:
    from certs.revocation.lists import complaint  # noqa: PLC0415

    wrong = complaint(stack, datetime.now(UTC))
    if wrong:
        status.wrong.append(f"{wrong}: `invoke certs.renew --due`.")


def _public(stack: Stack, status: Status) -> None:
    from certs.foreign import public_pair  # noqa: PLC0415

    kept, remedy = public_pair.serving(stack), public_pair.remedy(stack).removeprefix("invoke ")
    if kept:
        _days(status, "public", kept, remedy)
    else:
        words = "our own CA's certificate serves the public names"
        status.wrong.append(f"{words}: `invoke {remedy}` gets another.")


def _days(status: Status, whose: str, leaf: "x509.Certificate", task: str) -> None:
    left = (leaf.not_valid_after_utc - datetime.now(UTC)).total_seconds() / 86400
    life = (leaf.not_valid_after_utc - leaf.not_valid_before_utc).total_seconds() / 86400
    status.certificates[whose] = round(left, 1)
    if left < life * DAYS_LIMIT:
        status.wrong.append(f"{whose}'s certificate has {left:.1f} days left: `invoke {task}`.")


def _backups(answer: "Future[Seen]", _stack: Stack, status: Status) -> None:
    from backups.engine import REPOSITORIES  # noqa: PLC0415

    seen = answer.result()
    catalog, now = seen.catalog, seen.at
    status.timeline = catalog.timeline
    for number, name in REPOSITORIES.items():
        reach = catalog.reaches.get(number)
        until = reach.until if reach else None
        status.restore_point[name] = until.isoformat() if until else None
        status.rpo_seconds[name] = round((now - until).total_seconds(), 1) if until else None
        if number in catalog.silent:
            status.wrong.append(f"repository {name} does not answer: {catalog.silent[number]}")
        elif number in catalog.bare:
            status.wrong.append(
                f"repository {name} is empty: its bucket or folder was deleted or emptied: "
                f"`invoke backup --type full --repo {name}` begins anew."
            )
        elif not any(each.repository == number for each in catalog.backups):
            status.wrong.append(f"repository {name} holds no backup: `invoke backup --repo {name}`.")
        elif until is None or (now - until).total_seconds() > RPO_LIMIT:
            status.wrong.append(
                f"repository {name} lags: newest commit in it {until}: `invoke logs database`."
            )
        if number in seen.torn:
            lacking, first = seen.torn[number].segments, seen.torn[number].first
            status.wrong.append(
                f"repository {name} lacks {lacking} WAL segments, the first {first}: "
                f"`invoke backup --repo {name}` makes a new begin."
            )


def _room(answer: "Future[Room]", _stack: Stack, status: Status) -> None:
    found = answer.result()
    status.waiting_segments, status.free_bytes = found.waiting, found.free
    status.wrong += found.faults


def _zero_loss(answer: "Future[ZeroLoss] | None", _stack: Stack, status: Status) -> None:
    if answer is not None:
        status.zero_loss = answer.result()
        status.wrong += status.zero_loss.faults


def _proofs(answer: "Future[Seen]", stack: Stack, status: Status) -> None:
    """A twin's backups are a copy, and proven where they come from."""
    from backups.engine import REPOSITORIES  # noqa: PLC0415
    from backups.proving import proofs, window  # noqa: PLC0415
    from infra.take_down import TWIN  # noqa: PLC0415

    kept, now, hours = proofs.read(stack), datetime.now(UTC), stack.settings.backups.proof_hours
    newest, good = kept.newest(), kept.newest(good=True)
    for name, proof in good.items():
        status.proven[name] = f"{proof.label} {window.age(proof, now)} ago"
    held = {} if answer.exception() else {each.repository for each in answer.result().catalog.backups}
    for number, name in REPOSITORIES.items():
        if (number in held or name in newest) and not stack.name.startswith(TWIN):
            late = window.overdue(name, newest.get(name), good.get(name), hours, now)
            status.wrong += [late] if late else []
    if kept.faults:
        status.wrong.append(f"proofs are not as they were written: {kept.faults[0]}: `invoke backup.proofs`.")


def _schedules(stack: Stack, status: Status) -> None:
    from schedules import listing  # noqa: PLC0415

    status.schedules = listing.look(stack)
    status.wrong += listing.wrong(status.schedules)
    if not any(each.job.startswith("invoke backup") for each in status.schedules):
        status.remarks.append(listing.NONE)


def _alerts(stack: Stack, status: Status) -> None:
    if not stack.settings.monitoring.enabled:
        return
    from infra.firing import firing  # noqa: PLC0415

    status.alerts = firing(stack)
    status.wrong += [each.line for each in status.alerts if each.severity != "info"]
    status.remarks += [each.line for each in status.alerts if each.severity == "info"]


def _interrupted(stack: Stack, status: Status) -> None:
    from backups import journal  # noqa: PLC0415
    from backups.passphrase import journal as passphrase  # noqa: PLC0415
    from operation.lock import held  # noqa: PLC0415

    move = journal.read(stack)
    if move is not None and not held(stack):
        status.wrong.append(f"a restore was interrupted at «{move.phase}»: `invoke up` ends it.")
    rotation = passphrase.under_way(stack)
    if rotation is not None and not held(stack):
        status.wrong.append(f"{rotation.sentence}: `invoke backup.passphrase` ends it.")


def _custody(stack: Stack, status: Status) -> None:
    """A remark, or wrong where the stack's file says that it matters."""
    from backups.kit import custody, pending  # noqa: PLC0415
    from operation.lock import held  # noqa: PLC0415

    try:
        found = custody.custody(stack)
        begun = pending.read(stack)
    except (Failure, OSError) as failure:
        status.wrong.append(f"the recovery kit cannot be compared: {failure}")
        return
    into = status.wrong if found.required else status.remarks
    into += found.sentences
    if begun is not None and not held(stack):
        status.wrong.append("a recovery was interrupted: `./ops recover` with its kit ends it.")


def _vault(stack: Stack, status: Status) -> None:
    """By the record of the last look: to list the bucket takes seconds."""
    from backups.vault.complaint import complaints  # noqa: PLC0415

    status.wrong += complaints(stack)
