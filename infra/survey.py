"""Looking at a stack; what does not answer becomes a line of what is wrong."""

from functools import partial

from infra.looks import safety, serving, standing, trust
from infra.status import Status
from operation.failure import Failure
from operation.stack import Stack


def gathered(stack: Stack) -> Status:
    """Looks at everything; a part that does not answer becomes a line in `wrong`."""
    database = stack.settings.database
    status = Status(stack.name, generation=database.generation, kept=database.kept)
    try:
        standing.database(stack, status)
    except Failure as failure:
        status.wrong.append(failure.what)
    serving.services(stack, status)
    if not status.services:
        status.wrong.append("nothing of this stack runs: `./ops up` deploys it.")
        return status
    from infra.questions import asked  # noqa: PLC0415

    with asked(stack) as questions:
        backups, room = partial(safety.backups, questions.catalog), partial(safety.room, questions.room)
        proofs, receiver = (
            partial(safety.proofs, questions.catalog),
            partial(safety.zero_loss, questions.zero_loss),
        )
        asked_for = (backups, room, receiver, proofs)
        for look in (
            serving.endpoints,
            trust.certificates,
            *asked_for,
            standing.interrupted,
            standing.schedules,
            standing.alerts,
        ):
            try:
                look(stack, status)
            except Failure as failure:
                status.wrong.append(failure.what)
    safety.custody(stack, status)
    safety.vault(stack, status)
    return status


def unhealthy(stack: Stack) -> list[str]:
    """Services with fewer healthy containers than they should have."""
    status = Status(stack.name)
    serving.services(stack, status)
    return [each.name for each in status.services if each.healthy < each.wanted]
