"""`invoke restore` to a second, from each repository, beside pgBackRest and replay alone, and `cp`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backups import server
from backups.engine import REPOSITORIES, query
from backups.info import parse_backups, read_info
from backups.outlook.rates import runs
from bench import sample
from bench.deployment import Deployment
from bench.predictions import errors
from bench.raw_restore import raw_restore
from bench.row import TIMES, Row
from bench.sample import Change
from bench.series import Series
from bench.witnessed import witnessed
from operation.containers import wait_for
from operation.progress import Progress

BEAT_SECONDS = 30.0
BACKUP_SECONDS = 1800.0
LOCAL = "local"
GOALS = {LOCAL: "", "s3": f"≤ 1.1 {TIMES} raw + 20 s"}
COPY_GOAL = f"≤ 1.2 {TIMES} cp + 20 s"
MOMENT = "select clock_timestamp()"
BEATEN = "select coalesce(max(at) > '{}', false) from operations.heartbeat"


@dataclass(frozen=True)
class Restored:
    """Seconds of one restore.

    Attributes:
        whole: of the task.
        down: of its longest time without an acknowledged write.
        raw: of pgBackRest alone to the same moment, replay in it.
    """

    whole: float
    down: float
    raw: float


def measure(deployment: Deployment, rows_: int, turn: int, progress: Progress) -> dict[str, Restored]:
    """From each repository: a hundredth is changed, then both restore to the moment behind that.

    The backups that a restore begins end before the next figure is taken, and its former volume goes.
    """
    found = {}
    for number, name in REPOSITORIES.items():
        with progress.step(f"changes, restored from {name}"):
            moment = _moment(deployment.database, turn + number, rows_)
        with progress.step(f"restore from {name} by pgBackRest alone"):
            raw = raw_restore(deployment, number, moment)
        with progress.step(f"restore from {name} by the task"):
            whole, down = witnessed(deployment, number, "--to", moment.isoformat(), "--repo", name)
        found[name] = Restored(whole, down, raw)
        with progress.step("the backups that it began, and its former volume"):
            _wait_for_backups(deployment)
            for generation in deployment.stack.settings.database.kept:
                deployment.invoke("restore.forget", str(generation), "--yes")
    return found


def rows(
    found: dict[str, Restored], copied: float | None, size: float, off: tuple[float, ...]
) -> Iterator[Row]:
    """Ours beside the raw ones, beside `cp` too where there is a figure, and what was foretold; pure.

    Args:
        found: by repository.
        copied: seconds of `cp -a` and sync back; None when it was not measured.
        size: of the database, in GB.
        off: by how many parts in a hundred predictions were off.
    """
    for name, one in found.items():
        what, whole = f"`invoke restore` to a second, {name}, {size:.2f} GB", Series((one.whole,))
        if name == LOCAL and copied is not None:
            yield Row(what, COPY_GOAL, whole, "`cp -a` and sync", Series((copied,)))
        raw = "`pgbackrest restore --type=time`, start, replay"
        yield Row(what, GOALS[name], whole, raw, Series((one.raw,)))
        yield Row("of it without an acknowledged write", "≤ 10 s", Series((one.down,)))
    if off:
        yield Row("predicted times of these restores against the real ones", "within 25 %", Series(off, "%"))


def predictions(deployment: Deployment) -> tuple[float, ...]:
    """How far off each was; none for a restore that nobody could foretell."""
    return errors(runs(deployment.stack))


def _moment(database: Any, turn: int, rows_: int) -> datetime:
    """Changes a hundredth, and gives a moment behind it that both repositories reach."""
    sample.change(database, Change.TOGETHER, turn, rows_)
    text = query(database, MOMENT)
    moment = datetime.fromisoformat(text).replace(microsecond=0) + timedelta(seconds=1)
    wait_for(lambda: query(database, BEATEN.format(moment.isoformat())) == "t", BEAT_SECONDS, "a heartbeat")
    sample.settle(database)
    return moment


def _wait_for_backups(deployment: Deployment) -> None:
    database, stanza = deployment.database, deployment.stack.settings.backups.stanza
    timeline = server.timeline(database)

    def taken() -> bool:
        backups = parse_backups(read_info(database, stanza), stanza)
        return {each.repository for each in backups if each.timeline == timeline} == set(REPOSITORIES)

    wait_for(taken, BACKUP_SECONDS, "the backups after a restore")
