"""How long clients could not write, as a witness at the load balancer saw it."""

from collections.abc import Iterable
from itertools import pairwise

from drills.ledger import Entry


def longest_gap(writes: Iterable[Entry]) -> float:
    """Longest time between two acknowledged writes, in seconds, from answer to answer.

    Raises:
        ValueError: when fewer than two were acknowledged.
    """
    answers = sorted(entry.ended for entry in writes if entry.good)
    return max(later - earlier for earlier, later in pairwise(answers))
