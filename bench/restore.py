"""A restore of the latest with clients that go on writing, next to pgBackRest and replay alone."""

from argparse import ArgumentParser, Namespace

from backups.outlook.rates import runs
from bench import pgbench
from bench.deployment import Deployment, own
from bench.predictions import errors
from bench.raw_restore import raw_restore
from bench.row import Row, Rows
from bench.series import Series
from bench.steps import seconds_of_steps
from bench.subject import Subject, positive
from bench.witnessed import witnessed
from operation.progress import Progress

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
                seconds, gap = witnessed(deployment, number, "--latest")
            _tell_steps(deployment, progress)
            total.append(seconds)
            down.append(gap)
        what = f"`invoke restore --latest`, {size:.2f} GB"
        yield Row(what, "raw + 20 s", Series(tuple(total)), RAW, Series(tuple(raw)))
        yield Row("of it without an acknowledged write", "≤ 10 s", Series(tuple(down)))
        yield Row(
            "predicted time against the real one", "within 25 %", Series(errors(runs(deployment.stack)), "%")
        )


def _tell_steps(deployment: Deployment, progress: Progress) -> None:
    """Where the time went, by the task's own log: for a person only, it is no measurement from outside."""
    log = max((deployment.stack.folder / "logs").glob("*-restore.log"))
    for name, seconds in seconds_of_steps(log.read_text()).items():
        progress.say(f"      {name} ({seconds:.1f} s)")


SUBJECT = Subject("restore", "a restore of the latest, next to raw pgBackRest", _arguments, _measure)
