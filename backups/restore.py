"""A restore is a new generation: fill beside the running database, prove, and only then move the service."""

from backups import journal, switch
from backups.attempt import Attempt
from backups.backup import end_orphan
from backups.catalog import Catalog
from backups.engine import REPOSITORIES
from backups.generation import check_agreement, unused_generation
from backups.journal import Move
from backups.move import healed
from backups.outlook.stopwatch import Stopwatch
from backups.plan import Plan
from backups.points.beside import Beside
from backups.restored import Restored
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


def restore(  # what is known, and what is wanted
    stack: Stack,
    catalog: Catalog,
    options: list[Plan],
    progress: Progress,
    predicted: float | None = None,
    beside: Beside | None = None,
) -> Restored:
    """Carries a plan out; the next one is tried when a repository fails before anything moved.

    Args:
        stack: whose database.
        catalog: what the repositories hold.
        options: the ways to the target, the best first.
        progress: where it is said.
        predicted: seconds that were foretold of the first way; kept beside the real ones.
        beside: what goes back with it; the database alone when left out.

    Raises:
        Failure: when none succeeded; the database that served before serves still.
    """
    generation = unused_generation(stack)
    old = switch.serving_volume(stack)
    check_agreement(stack, old)
    living = switch.alive(stack)
    if living is not None:
        end_orphan(living, stack.settings.backups.stanza, progress)
    move = Move(old, stack.volume(generation), fresh=True, lived=False, values={})
    for number, plan in enumerate(options, start=1):
        try:
            with healed(stack, progress):
                stopwatch = Stopwatch(plan, predicted if number == 1 else None)
                attempt = Attempt(stack, plan, catalog, progress, stopwatch)
                return attempt.run(move, generation, beside or Beside())
        except Failure as failure:
            if number == len(options) or journal.read(stack) is not None:
                raise
            progress.say(f"! {REPOSITORIES[plan.backup.repository]}: {failure.what}")
            progress.say("  the other repository is tried")
    raise Failure("there was no way to restore.")
