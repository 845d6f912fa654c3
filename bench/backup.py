"""Backups by the task, next to the same pgBackRest command in the same container."""

from argparse import ArgumentParser, Namespace

from backups.engine import REPOSITORIES, backup_command
from bench import pgbench
from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.progress import Progress

TYPES = ("incr", "full")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=positive, default=3, help="how often each backup is taken")
    parser.add_argument("--scale", type=int, default=0, help="pgbench's; 0 for the database as it is made")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment:
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up")
        if options.scale:
            with progress.step("fill the database"):
                pgbench.fill(deployment.database, options.scale)
        for number, repository in REPOSITORIES.items():
            for kind in TYPES:
                with progress.step(f"{kind} backups into {repository}"):
                    yield _row(deployment, number, kind, options.rounds)


def _row(deployment: Deployment, repository: int, kind: str, rounds: int) -> Row:
    """Ours and the raw one in turn, each going first in every other round."""
    name = REPOSITORIES[repository]
    ours = ("invoke", "backup", "--type", kind, "--repo", name)
    raw = ("docker", "exec", deployment.database.id, *_raw(deployment, repository, kind))
    taken: dict[tuple[str, ...], list[float]] = {ours: [], raw: []}
    for number in range(rounds):
        for argv in (ours, raw) if number % 2 == 0 else (raw, ours):
            taken[argv].append(deployment.run(*argv).seconds)
    return Row(
        f"`invoke backup --type {kind}`, {name}",
        "raw + 1 s",
        Series(tuple(taken[ours])),
        f"`pgbackrest --type={kind} backup`",
        Series(tuple(taken[raw])),
    )


def _raw(deployment: Deployment, repository: int, kind: str) -> list[str]:
    return backup_command(deployment.stack.settings.backups.stanza, repository, kind)


SUBJECT = Subject("backup", "backups, next to raw pgBackRest", _arguments, _measure)
