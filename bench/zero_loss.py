"""Commits that wait for a WAL receiver, beside commits that wait for nobody and for a synchronous standby."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench import commits
from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.standby import standby
from bench.subject import Subject, positive
from infra.zero_loss import zero_loss
from operation.containers import wait_for
from operation.progress import Progress
from operation.stack_file import configure

SECTION = {"enabled": True, "away_seconds": 2}
PARTS = ("realtime", "pulse")
"""Parts of the platform that would only take processor time."""
CLIENTS = (1, 8)
CHANGED_SECONDS = 60.0
NOBODY, RECEIVER, STANDBY = "without", "WAL receiver", "synchronous standby"
ORDER = (NOBODY, RECEIVER, STANDBY)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--seconds", type=positive, default=10, help="of writes for each figure")
    parser.add_argument("--rounds", type=positive, default=3, help="how often all three are measured in turn")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment:
        values = {"database.wal_receiver": SECTION, **{f"{part}.enabled": False for part in PARTS}}
        configure(deployment.stack, values)
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        commits.prepare(deployment.database)
        found: dict[tuple[str, int], list[float]] = {}
        for number in range(1, options.rounds + 1):
            for whom in ORDER:
                with (
                    progress.step(f"commits: {whom}, {number} of {options.rounds}"),
                    _waiting(deployment, whom),
                ):
                    for clients in CLIENTS:
                        taken = commits.latency(deployment.database, clients, options.seconds)
                        found.setdefault((whom, clients), []).append(taken)
        yield from rows(found)


def rows(found: Mapping[tuple[str, int], list[float]]) -> Iterator[Row]:
    """For each number of clients: with the receiver beside without, then beside the standby."""
    for clients in CLIENTS:
        who = f"{clients} client{'s' if clients > 1 else ''}"
        on = Series(tuple(found[RECEIVER, clients]), "ms")
        for peer in (NOBODY, STANDBY):
            yield Row(
                f"commit with zero loss, {who}", "", on, peer, Series(tuple(found[peer, clients]), "ms")
            )


@contextmanager
def _waiting(deployment: Deployment, whom: str) -> Iterator[None]:
    """Commits wait for that one and for nobody else; the database sees by itself who is there."""
    service = deployment.stack.object_name("wal-receiver")
    _scaled(deployment, service, int(whom == RECEIVER))
    if whom == STANDBY:
        with standby(deployment.stack):
            _until(deployment, waits=True)
            yield
    else:
        _until(deployment, waits=whom == RECEIVER)
        yield
    _scaled(deployment, service, 0)
    _until(deployment, waits=False)


def _scaled(deployment: Deployment, service: str, replicas: int) -> None:
    deployment.run("docker", "service", "scale", "--detach", f"{service}={replicas}")


def _until(deployment: Deployment, *, waits: bool) -> None:
    """By the database itself: whether commits wait, and whether somebody receives."""

    def so() -> bool:
        seen = zero_loss(deployment.stack)
        return (seen.waits, seen.receives) == (waits, waits)

    wait_for(so, CHANGED_SECONDS, "the change of whom commits wait for")


SUBJECT = Subject("zero-loss", "commits that wait for a WAL receiver", _arguments, _measure)
