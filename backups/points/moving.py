"""The other parts of a move: laid out before, halted for the cut-over, and put in their places behind it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from backups.engine import REPOSITORIES
from backups.points import cache_volume, left, objects, shelf, standing
from backups.points.along import Along
from backups.points.beside import Beside
from backups.points.point import CACHE
from backups.points.snapshot import has_cache
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

HALTED = ("pulse", "training", CACHE)
"""In the order in which they stop; who works for clients without them answers that for a while it cannot."""


def prepare(stack: Stack, beside: Beside, target: Any, generation: int, progress: Progress) -> Along:
    """Lays out what is to serve; nothing that serves is touched.

    Args:
        stack: whose.
        beside: what the pre-flight decided.
        target: a container that reads the repositories.
        generation: of the database, that is to serve.
        progress: where it is said.

    Raises:
        Failure: when no repository gives the snapshot whole.
    """
    present = stack.settings.database.generation
    along = Along(objects=beside.objects.isoformat() if beside.objects else "", left=present)
    if beside.point is not None:
        with progress.step("lay the cache's snapshot out") as say:
            _staged(stack, beside, target, generation, say)
        names = [cache_volume.kept_name(each) for each in (generation, present)]
        along = replace(along, cache=names[0], keep=names[1])
    return _halting(stack, along)


def back_to(stack: Stack, generation: int) -> Along:
    """What goes along when a kept generation serves again: what a restore had put aside for it.

    Raises:
        Failure: when the cache's volume cannot be looked into.
    """
    present = stack.settings.database.generation
    name, along = cache_volume.kept_name(generation), Along(left=present)
    if has_cache(stack) and standing.present(stack, [CACHE]):
        with cache_volume.volume(stack) as inside:
            there = cache_volume.capable(inside) and name in cache_volume.kept(inside)
        if there:
            along = replace(along, cache=name, kept=True, keep=cache_volume.kept_name(present))
    moment = left.moment(stack, generation)
    return _halting(stack, replace(along, objects=moment.isoformat() if moment else ""))


def halt(stack: Stack, along: Along, progress: Progress) -> Along:
    """Stops who would write into what goes back; the old database serves still.

    Raises:
        Failure: when one does not stop in time.
    """
    if not along.halted:
        return along
    with progress.step(f"stop {', '.join(along.halted)}"):
        standing.stop(stack, along.halted)
    return replace(along, upto=datetime.now(UTC).isoformat()) if along.objects else along


def complete(stack: Stack, along: Along, progress: Progress) -> None:
    """Puts everything in its place and starts who was halted; once more does no harm.

    Args:
        stack: whose; its new database serves.
        along: what goes along.
        progress: where it is said.

    Raises:
        Failure: when a part does not come back; the next command goes on from there.
    """
    if along.cache:
        with progress.step("bring the cache back"), cache_volume.volume(stack) as inside:
            cache_volume.say(inside, "revive" if along.kept else "arm", along.cache, along.keep)
    if CACHE in along.halted:
        with progress.step("start the cache"):
            standing.start(stack, CACHE, 1)
    if along.objects and along.upto:
        with progress.step("bring the objects back") as say:
            objects.bring_back(stack, along.objects, along.upto, say)
        left.keep(stack, along.left, along.upto)
    for role in along.halted:
        if role != CACHE:
            standing.start(stack, role, replicas(stack, role), healthy=False)


def forget(stack: Stack, generation: int, progress: Progress) -> None:
    """Removes what the cache's volume keeps for a generation that is gone."""
    if not has_cache(stack) or not standing.present(stack, [CACHE]):
        return
    with progress.step("remove what the cache kept beside it"), cache_volume.volume(stack) as inside:
        if cache_volume.capable(inside):
            cache_volume.say(inside, "forget", cache_volume.kept_name(generation))


def resume(stack: Stack, along: Along, progress: Progress) -> None:
    """Lets those that were halted go on as they were, because the move was taken back."""
    for role in reversed(along.halted):
        try:
            standing.start(stack, role, replicas(stack, role), healthy=False)
        except Failure as failure:
            progress.say(f"! {failure}")


def replicas(stack: Stack, role: str) -> int:
    """How often a service is declared."""
    return 1 if role == CACHE else int(getattr(stack.settings, role).replicas)


def _halting(stack: Stack, along: Along) -> Along:
    """Workers stop with the cache, since they hold pulses of it; trainers with the objects."""
    wanted: set[str] = {CACHE, "pulse"} if along.cache else set()
    wanted |= {"training"} if along.objects else set()
    roles = [role for role in HALTED if role in wanted]
    return replace(along, halted=tuple(standing.present(stack, roles))) if roles else along


def _staged(stack: Stack, beside: Beside, target: Any, generation: int, say: Any) -> None:
    point, part = beside.point, beside.cache
    if point is None or part is None:
        return
    name = cache_volume.kept_name(generation)
    with cache_volume.volume(stack) as inside:
        for number, repository in enumerate(beside.repositories, start=1):
            pieces: Iterable[bytes] = shelf.get(stack, target, repository, point.name, CACHE)
            say(f"{point.name} from {REPOSITORIES[repository]}")
            try:
                cache_volume.stage(inside, name, part, pieces)
            except Failure:
                if number == len(beside.repositories):
                    raise
            else:
                return
