"""A restore of the latest with clients that go on writing, next to pgBackRest and replay alone."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from backups.outlook.rates import runs
from bench import pgbench
from bench.deployment import Deployment, own
from bench.outage import longest_gap
from bench.raw_restore import raw_restore
from bench.row import Row, Rows
from bench.series import Series
from bench.steps import seconds_of_steps
from bench.subject import Subject, positive
from drills import ledger
from drills.endpoint import endpoint_of
from drills.ledger import Kind
from drills.witness import Witness
from operation.progress import Progress

WELL_SECONDS = 60.0
RAW = "`pgbackrest restore`, start, replay"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--scale", type=positive, default=100, help="pgbench's; 100 is about 1.5 GB")
    parser.add_argument(
        "--seconds", type=positive, default=10, help="of pgbench's writes before each restore"
    )
    parser.add_argument("--rounds", type=positive, default=1, help="how often both are done")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment:
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        with progress.step("fill the database"):
            size = pgbench.fill(deployment.database, options.scale)
        with progress.step("full backup and its proof, by which restores are predicted"):
            deployment.invoke("backup", "--type", "full")
            deployment.invoke("backup.verify", "--repo", "local")
        total, down, raw = [], [], []
        for number in range(1, options.rounds + 1):
            with progress.step(f"writes, {number} of {options.rounds}"):
                pgbench.write(deployment.database, options.seconds)
            with progress.step("restore by pgBackRest alone"):
                raw.append(raw_restore(deployment))
            with progress.step("restore by the task"):
                seconds, gap = _restored(deployment, number)
            _tell_steps(deployment, progress)
            total.append(seconds)
            down.append(gap)
        what = f"`invoke restore --latest`, {size:.2f} GB"
        yield Row(what, "raw + 20 s", Series(tuple(total)), RAW, Series(tuple(raw)))
        yield Row("of it without an acknowledged write", "≤ 10 s", Series(tuple(down)))
        yield Row("predicted time against the real one", "within 25 %", Series(_errors(deployment), "%"))


def _restored(deployment: Deployment, number: int) -> tuple[float, float]:
    """Seconds of the whole task, and of its longest time without an acknowledged write."""
    path = _ledger(deployment, number)
    witness = Witness(endpoint_of(deployment.stack), path, f"bench-{number}")
    witness.start()
    try:
        witness.wait_until_well(WELL_SECONDS)
        seconds = deployment.invoke("restore", "--latest", "--yes", "--json").seconds
        witness.wait_until_well(WELL_SECONDS)
    finally:
        witness.stop()
    return seconds, longest_gap(ledger.of(ledger.read(path), Kind.WRITE))


def _tell_steps(deployment: Deployment, progress: Progress) -> None:
    """Where the time went, by the task's own log: for a person only, it is no measurement from outside."""
    log = max((deployment.stack.folder / "logs").glob("*-restore.log"))
    for name, seconds in seconds_of_steps(log.read_text()).items():
        progress.say(f"      {name} ({seconds:.1f} s)")


def _errors(deployment: Deployment) -> tuple[float, ...]:
    """By how many parts in a hundred each prediction was off, one way or the other."""
    return tuple(100 * abs(each.error) for each in runs(deployment.stack) if each.error is not None)


def _ledger(deployment: Deployment, number: int) -> Path:
    return deployment.stack.make_folder("bench") / f"ledger-{number}.jsonl"


SUBJECT = Subject("restore", "a restore of the latest, next to raw pgBackRest", _arguments, _measure)
