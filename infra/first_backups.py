"""The first backups of a stack: each repository has one that is proven before anybody relies on it."""

from backups.backup import take
from backups.endpoint import settled
from backups.engine import REPOSITORIES
from backups.kit import announcement as custody
from backups.proving.holding import present
from backups.proving.proof_announcement import try_to_announce
from backups.proving.proofs import newest
from backups.proving.verify import verify
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

S3 = 2
"""Number of the repository that can be elsewhere."""


def first_backups(stack: Stack, progress: Progress) -> list[int]:
    """A backup and a proof for each repository that has no good proof yet, or that has moved or was lost.

    Raises:
        Failure: when a backup cannot be taken, or is not good.
    """
    missing = _unproven(stack)
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
    custody.try_to_announce(stack, progress)
    return missing


def _unproven(stack: Stack) -> list[int]:
    proven = {name for name, proof in newest(stack).items() if proof.good}
    if settled.moved(stack):
        proven -= {REPOSITORIES[S3]}
    if proven:
        _, bare = present(stack)
        proven -= bare
    return [number for number, name in REPOSITORIES.items() if name not in proven]
