"""The first backups of a stack: each repository has one that is proven before anybody relies on it."""

from dataclasses import dataclass

from backups.backup import take
from backups.endpoint import settled
from backups.engine import REPOSITORIES
from backups.kit import announcement as custody
from backups.proving.holding import present
from backups.proving.proof_announcement import try_to_announce
from backups.proving.proof_chain import Kept
from backups.proving.proofs import newest
from backups.proving.verify import verify
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

S3 = 2
"""Number of the repository that can be elsewhere."""


@dataclass(frozen=True)
class Firsts:
    """What there is in the end.

    Attributes:
        taken: numbers of the repositories that got a backup and a proof.
        proven: by name of the repository, its newest good proof of a backup that is there.
    """

    taken: list[int]
    proven: dict[str, Kept]


def first_backups(stack: Stack, progress: Progress) -> Firsts:
    """A backup and a proof for each repository that has no good proof yet, or that has moved or was lost.

    Raises:
        Failure: when a backup cannot be taken, or is not good.
    """
    proven, bare = present(stack)
    missing = _unproven(stack, bare)
    if missing:
        take(stack, "incr", missing, progress)
    for number in missing:
        proof = verify(stack, number, progress)
        if not proof.good:
            raise Failure(
                f"the first backup in {proof.repository} is not good: {'; '.join(proof.problems)}",
                "the platform serves, but nothing proven can be restored from there.",
                f"`invoke backup --type full --repo {proof.repository}`, then `invoke backup.verify`.",
            )
    if missing:
        settled.settle(stack)
        try_to_announce(stack, progress)
        proven, _ = present(stack)
    custody.try_to_announce(stack, progress)
    return Firsts(missing, proven)


def _unproven(stack: Stack, bare: set[str]) -> list[int]:
    proven = {name for name, proof in newest(stack).items() if proof.good} - bare
    if settled.moved(stack):
        proven -= {REPOSITORIES[S3]}
    return [number for number, name in REPOSITORIES.items() if name not in proven]
