"""Ending a move of the database: over to the new volume, back to the old one, and after an interruption."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from backups import journal, lineage, switch
from backups.borrowed import give_back
from backups.engine import archiving_on
from backups.generation import remember
from backups.journal import Move, Phase
from backups.kit import pending
from backups.points import moving
from backups.scratch import ensure_volume, remove_scratches, remove_volume
from backups.stanza import establish
from backups.sweep import sweep
from operation.deployment import up
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

STANZA = "backups.stanza"
"""Among the values of a move to or from another major version."""
NEEDED = ("docker", "ruamel.yaml", "pulumi.automation")
"""Loaded before a move begins: Ctrl-C in the middle of loading one leaves a module that nobody can use."""
MAY_HAVE_SERVED = 300
"""Seconds after which a database that was told to start is taken for one that clients have written to."""


def settle(stack: Stack, progress: Progress) -> None:
    """Ends a move that was interrupted: taken back before the new volume served, carried through after.

    What other killed commands left goes, too.

    Called first by everything that changes the stack, so it stands in nobody's way for ever: what cannot be
    ended, because a service does not start, is said, and whoever came can go on to mend it.
    """
    move = journal.read(stack)
    if move is not None:
        _settle(stack, move, progress)
    try:
        sweep(stack, progress)
    except Failure as failure:
        progress.say(f"! {failure}")


def _settle(stack: Stack, move: Move, progress: Progress) -> None:
    with progress.step(f"end an interrupted restore (it was at «{move.phase}»)"):
        if move.phase is Phase.STARTING and journal.age(stack) > MAY_HAVE_SERVED:
            move = journal.write(stack, move.at(Phase.SERVING))
        try:
            _end(stack, move, progress, forward=True)
        except Failure as failure:
            progress.say(f"! {failure}")
            journal.clear(stack)


@contextmanager
def healed(stack: Stack, progress: Progress) -> Iterator[None]:
    """A block with a move in it: however it fails, a database serves afterwards.

    What failed once the new volume served is left in the journal, and the next command goes on with it.
    """
    for name in NEEDED:
        import_module(name)
    try:
        yield
    except BaseException as error:
        move, failed = journal.read(stack), isinstance(error, Failure)
        if move is not None and not (failed and move.phase is Phase.SERVING):
            with progress.step("leave a database that serves"):
                _end(stack, move, progress, forward=not failed)
        raise


def move_over(stack: Stack, move: Move, progress: Progress) -> None:
    """Starts the database on the new volume; the old one is not touched until it is healthy.

    Raises:
        Failure: when it does not become healthy there.
    """
    with progress.step("start the database on the new volume"):
        journal.write(stack, move.at(Phase.STARTING))
        switch.start_database(stack, move.new, move.image)
        journal.write(stack, move.at(Phase.SERVING))


def finish(stack: Stack, move: Move, progress: Progress) -> None:
    """Makes code, state and reality agree, and lets the new database archive; again does no harm.

    Raises:
        Failure: when the database does not run, or the deployment fails.
    """
    if move.reigns:
        lineage.succeed(stack, move.reigns[0] if len(move.reigns) > 1 else None, move.reigns[-1])
    configure(stack, move.values)
    remember(stack, move.new)
    target = switch.start_database(stack, move.new, move.image)
    stanza = Stack(stack.name, stack.root).settings.backups.stanza
    if pending.read(stack) is None and STANZA not in move.values:
        archiving_on(target, stanza)
    else:
        establish(stack, stanza)  # a bare host's local repository, or another major version's, may know none
    archived = give_back(target)
    moving.complete(stack, move.along, progress)
    up(Stack(stack.name, stack.root), progress)
    if not archived and not give_back(target):  # a repository that was stopped by hand runs again by now
        progress.say("! segments of the old timeline are not archived yet; it is tried every half minute")
    journal.clear(stack)


def _end(stack: Stack, move: Move, progress: Progress, *, forward: bool) -> None:
    """Carries a move through or takes it back.

    Args:
        stack: whose database.
        move: as the journal has it.
        progress: where it is said.
        forward: a move that was about to serve may still do so, because nothing failed.
    """
    remove_scratches(stack)
    if move.phase is Phase.STARTING and forward and _serves(stack, move, progress):
        move = journal.write(stack, move.at(Phase.SERVING))
    if move.phase is Phase.SERVING:
        finish(stack, move, progress)
    else:
        _take_back(stack, move, progress)


def _serves(stack: Stack, move: Move, progress: Progress) -> bool:
    try:
        switch.start_database(stack, move.new, move.image)
    except Failure as failure:
        progress.say(f"! {failure.what}")
        return False
    return True


def _take_back(stack: Stack, move: Move, progress: Progress) -> None:
    """The service names the old volume again, and runs on it when it did before.

    A volume that a server was started on stays, however short that was: a client may have written into it.
    """
    if move.old and move.phase is not Phase.FILLING and switch.serving_volume(stack):
        ensure_volume(stack, move.old)
        try:
            if move.lived:
                served = switch.start_database(stack, move.old, move.old_image)
                archiving_on(served, stack.settings.backups.stanza)
            else:
                switch.update(stack, replicas=1, volume=move.old, image=move.old_image)
        except Failure as failure:
            progress.say(f"! {failure}")
    moving.resume(stack, move.along, progress)
    if move.fresh and move.phase is Phase.STARTING:
        number = move.values["database.generation"]
        progress.say(
            f"! volume {move.new} did not serve and is left; `invoke restore.forget {number}` removes it"
        )
    elif move.fresh and move.new != switch.serving_volume(stack):
        remove_volume(move.new)
    journal.clear(stack)
