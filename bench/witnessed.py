"""A restore by the task with clients that go on writing, as a witness at the load balancer saw it."""

from pathlib import Path

from bench.deployment import Deployment
from bench.outage import longest_gap
from drills import ledger
from drills.endpoint import endpoint_of
from drills.ledger import Kind
from drills.witness import Witness

WELL_SECONDS = 60.0


def witnessed(deployment: Deployment, number: int, *words: str) -> tuple[float, float]:
    """Seconds of the whole task, and of its longest time without an acknowledged write.

    Args:
        deployment: whose database.
        number: of the restore; its ledger is named by it.
        words: where to: `--latest`, or `--to` and a time.

    Raises:
        Failure: when the restore fails, or clients are not served before or after.
    """
    path = _ledger(deployment, number)
    witness = Witness(endpoint_of(deployment.stack), path, f"bench-{number}")
    witness.start()
    try:
        witness.wait_until_well(WELL_SECONDS)
        seconds = deployment.invoke("restore", *words, "--yes", "--json").seconds
        witness.wait_until_well(WELL_SECONDS)
    finally:
        witness.stop()
    return seconds, longest_gap(ledger.of(ledger.read(path), Kind.WRITE))


def _ledger(deployment: Deployment, number: int) -> Path:
    return deployment.stack.make_folder("bench") / f"ledger-{number}.jsonl"
