"""What could be lost: repositories, proofs, room, zero loss, the recovery kit and the vault."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.status import Status
from operation.failure import Failure
from operation.stack import Stack

if TYPE_CHECKING:
    from concurrent.futures import Future

    from infra.questions import Seen
    from infra.room import Room
    from infra.zero_loss import ZeroLoss

RPO_LIMIT = 30.0
"""Seconds of writes that a repository may lack before `status` calls it wrong."""


def backups(answer: "Future[Seen]", _stack: Stack, status: Status) -> None:
    """How far each repository reaches, and what it lacks."""
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


def room(answer: "Future[Room]", _stack: Stack, status: Status) -> None:
    """Room on the database's disk."""
    found = answer.result()
    status.waiting_segments, status.free_bytes = found.waiting, found.free
    status.wrong += found.faults


def zero_loss(answer: "Future[ZeroLoss] | None", _stack: Stack, status: Status) -> None:
    """The WAL receiver."""
    if answer is not None:
        status.zero_loss = answer.result()
        status.wrong += status.zero_loss.faults


def proofs(answer: "Future[Seen]", stack: Stack, status: Status) -> None:
    """A twin's backups are a copy, and proven where they come from."""
    from backups.engine import REPOSITORIES  # noqa: PLC0415
    from backups.proving import proofs, window  # noqa: PLC0415
    from backups.proving.holding import gone  # noqa: PLC0415
    from infra.take_down import TWIN  # noqa: PLC0415

    kept, now, hours = proofs.read(stack), datetime.now(UTC), stack.settings.backups.proof_hours
    newest, good = kept.newest(), kept.newest(good=True)
    catalog = None if answer.exception() else answer.result().catalog
    held = {each.repository for each in catalog.backups} if catalog else set()
    for name, proof in good.items():
        if catalog and gone(catalog, proof):
            again = f"`invoke backup.verify --repo {name}`"
            status.remarks.append(f"what was proven in {name} is there no more ({proof.label}): {again}.")
        else:
            status.proven[name] = f"{proof.label} {window.age(proof, now)} ago"
    for number, name in REPOSITORIES.items():
        if (number in held or name in newest) and not stack.name.startswith(TWIN):
            late = window.overdue(name, newest.get(name), good.get(name), hours, now)
            status.wrong += [late] if late else []
    if kept.faults:
        status.wrong.append(f"proofs are not as they were written: {kept.faults[0]}: `invoke backup.proofs`.")


def custody(stack: Stack, status: Status) -> None:
    """A remark, or wrong where the stack's file says that it matters; lost secrets are wrong in any case."""
    from backups.kit import custody, pending  # noqa: PLC0415
    from operation import custodian  # noqa: PLC0415
    from operation.lock import held  # noqa: PLC0415

    if custodian.lost(stack):
        told = custodian.missed(stack)
        status.wrong.append(f"{told.what[:-1]}: {told.remedy}")
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


def vault(stack: Stack, status: Status) -> None:
    """By the record of the last look: to list the bucket takes seconds."""
    from backups.vault.complaint import complaints  # noqa: PLC0415

    status.wrong += complaints(stack)
