"""What the repositories keep, and what another policy would take: asked of pgBackRest, changing nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backups import lineage, mark
from backups.catalog import Catalog, read_catalog, with_ends
from backups.engine import REPOSITORIES
from backups.proving import proofs
from backups.retention.effect import Effect, effect, lost_marks, lost_span
from backups.retention.expiry import expire
from infra.sections.backups import Backups
from operation.failure import Failure
from operation.stack import Stack


@dataclass(frozen=True)
class Survey:
    """What was found.

    Attributes:
        effects: one for each repository.
        marks: names of the marks that would be lost.
        span: from which second to which nobody could return any more; None when that stays as it is.
    """

    effects: tuple[Effect, ...]
    marks: tuple[str, ...] = ()
    span: tuple[datetime, datetime | None] | None = None

    @property
    def gone(self) -> int:
        """How many backups would go."""
        return sum(len(each.gone) for each in self.effects)


def kept(catalog: Catalog) -> Survey:
    """What is kept now; a repository that does not answer is left out; pure."""
    return Survey(tuple(effect(catalog, each, (), {}) for each in REPOSITORIES if each not in catalog.silent))


def foretold(stack: Stack, target: Any, policy: Backups) -> Survey:
    """What a policy would take of each repository.

    Raises:
        Failure: when a repository does not answer, or a backup is at work.
    """
    stanza = stack.settings.backups.stanza
    catalog = with_ends(target, stanza, read_catalog(target, stanza, lineage.recorded(stack)))
    if catalog.silent:
        raise Failure(
            f"repository {' and '.join(REPOSITORIES[each] for each in catalog.silent)} does not answer: "
            + "; ".join(catalog.silent.values()),
            "nobody can say what would expire there; nothing was changed.",
            "`invoke status` tells more; then type the same command again.",
        )
    proven = {number: _proven(stack, name) for number, name in REPOSITORIES.items()}
    effects = [effect(catalog, each, expire(target, stanza, each, policy), proven) for each in REPOSITORIES]
    return surveyed(catalog, effects, mark.marks(stack))


def surveyed(catalog: Catalog, effects: Sequence[Effect], marks: Sequence[mark.Mark]) -> Survey:
    """The effects, and what they come to; pure."""
    return Survey(tuple(effects), tuple(lost_marks(catalog, effects, marks)), lost_span(effects))


def _proven(stack: Stack, name: str) -> str:
    found = proofs.newest(stack, good=True).get(name)
    return found.label if found else ""
