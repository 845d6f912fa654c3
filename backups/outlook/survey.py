"""Looking ahead: what a restore will take and what it will cost, said before anything is touched."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from backups import server, switch
from backups.catalog import Catalog
from backups.engine import REPOSITORIES
from backups.mark import marks
from backups.outlook import loss
from backups.outlook.loss import Loss
from backups.outlook.prediction import Prediction, predict
from backups.outlook.rates import runs
from backups.outlook.stretch import Known, Stretch, stretch
from backups.plan import Goal, Plan, point_of
from backups.preflight import Checked
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of a restore.

    Attributes:
        prediction: seconds; None when nothing was measured from that repository yet.
        stretch: WAL that will be replayed.
        loss: what is given up; None for the latest, which gives nothing up.
    """

    prediction: Prediction | None
    stretch: Stretch
    loss: Loss | None

    @property
    def seconds(self) -> float | None:
        """Predicted seconds of the whole; None when nobody can say."""
        return round(self.prediction.whole.seconds, 1) if self.prediction else None


def survey(stack: Stack, checked: Checked, progress: Progress, *, count: bool) -> Outlook:
    """Predicts the first of the ways that a pre-flight found.

    Args:
        stack: whose database.
        checked: what the pre-flight found.
        progress: where it is said.
        count: count the rows that are given up, which may take half a minute.
    """
    plan, catalog = checked.options[0], checked.catalog
    living = switch.alive(stack)
    now = _now(living, catalog)
    way = stretch(plan, catalog, marks(stack), now)
    prediction = predict(
        plan.backup.database_bytes,
        way.size,
        plan.goal,
        REPOSITORIES[plan.backup.repository],
        runs(stack),
        lives=living is not None,
    )
    asked = living if now else None
    return Outlook(prediction, way, _loss(stack, checked, asked, progress, count=count))


def _now(living: Any, catalog: Catalog) -> Known | None:
    """The present time and position of the database that serves, when it is the one of the backups.

    One that dies at this moment costs the prediction some of its precision, and the restore nothing.
    """
    try:
        if living is None or server.system(living) not in catalog.systems:
            return None
        return datetime.now(UTC), server.written(living)
    except Failure:
        return None


def _loss(stack: Stack, checked: Checked, living: Any, progress: Progress, *, count: bool) -> Loss | None:
    plan, catalog = checked.options[0], checked.catalog
    point = point_of(plan)
    if point is None:
        return None
    named = loss.marks_after(point, marks(stack), catalog)
    if not count:
        return Loss(marks=named, why="they are counted only before a question")
    if living is None:
        return Loss(marks=named, why="no database runs that has them")
    with progress.step("count the rows that would be lost"):
        found = loss.rows_after(point, living)
    return replace(found, marks=named, why=found.why or _unsure(plan, catalog.timeline))


def _unsure(plan: Plan, serving: int) -> str:
    """What keeps a count from being exact."""
    if plan.timeline != serving:
        return "rows that came with an earlier restore may be lost too"
    if plan.goal is Goal.BACKUP:
        return "rows of the second in which the backup ended may be lost too"
    return ""
