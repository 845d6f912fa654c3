"""What goes on by itself or was left half-way: schedules, alerts, interrupted work."""

from infra.status import Status
from operation.stack import Stack


def schedules(stack: Stack, status: Status) -> None:
    """Schedules, and those that are late."""
    from schedules import listing  # noqa: PLC0415

    status.schedules = listing.look(stack)
    status.wrong += listing.wrong(status.schedules)
    if not any(each.job.startswith("invoke backup") for each in status.schedules):
        status.remarks.append(listing.NONE)


def alerts(stack: Stack, status: Status) -> None:
    """Alerts that fire."""
    if not stack.settings.monitoring.enabled:
        return
    from infra.firing import firing  # noqa: PLC0415

    status.alerts = firing(stack)
    status.wrong += [each.line for each in status.alerts if each.severity != "info"]
    status.remarks += [each.line for each in status.alerts if each.severity == "info"]


def database(stack: Stack, status: Status) -> None:
    """A database whose volume is lost."""
    from backups import lost  # noqa: PLC0415

    if lost.outstanding(stack):
        status.wrong.append(lost.sentence(stack) + " `invoke restore --latest` brings it back.")


def interrupted(stack: Stack, status: Status) -> None:
    """Moves and rotations that nobody carries on."""
    from backups import journal  # noqa: PLC0415
    from backups.passphrase import journal as passphrase  # noqa: PLC0415
    from operation.lock import held  # noqa: PLC0415

    move = journal.read(stack)
    if move is not None and not held(stack):
        status.wrong.append(f"a restore was interrupted at «{move.phase}»: `invoke up` ends it.")
    rotation = passphrase.under_way(stack)
    if rotation is not None and not held(stack):
        status.wrong.append(f"{rotation.sentence}: `invoke backup.passphrase` ends it.")
