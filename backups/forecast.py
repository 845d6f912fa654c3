"""What a restore will do, take and cost, said before it is agreed to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backups.engine import REPOSITORIES
from backups.listing import MEBIBYTE
from backups.outlook.loss import Loss
from backups.outlook.prediction import Prediction
from backups.outlook.survey import Outlook
from backups.plan import Goal, Plan, point_of
from backups.preflight import GIBIBYTE, Checked
from operation.history import took

__all__ = ["comparison", "forecast", "point_of"]

TABLES_NAMED = 6
"""Tables that a person is told by name; JSON has all."""


def forecast(checked: Checked, outlook: Outlook, now: datetime) -> list[str]:
    """Lines: from what, to which moment, how long it takes, the room for it, and what is lost by it."""
    plan = checked.options[0]
    backup = plan.backup
    size = f"{backup.database_bytes / MEBIBYTE:.0f} MiB"
    lines = [
        f"  from   {backup.label} in {REPOSITORIES[backup.repository]}, {size}, timeline {plan.timeline}",
        f"  to     {_goal(plan)}",
        *_takes(plan, outlook),
        f"  room   {checked.needed / GIBIBYTE:.1f} GiB needed, {checked.free / GIBIBYTE:.1f} GiB free",
    ]
    point = point_of(plan)
    if point is not None:
        seconds = max(0, round((now - point).total_seconds()))
        lines.append(
            f"  lost   what was written in the last {timedelta(seconds=seconds)}; "
            "the volume that has it is kept for `restore.undo`"
        )
    if outlook.loss is not None:
        lines += [*_rows(outlook.loss), *_marks(outlook.loss)]
    lines += [f"  {words}" for words in checked.beside.notes]
    lines += [f"  note   {words}" for words in checked.notes]
    if checked.unarchived > 1:
        lines.append(f"  note   {checked.unarchived} WAL segments wait to be archived")
    return lines


def comparison(predicted: float | None, seconds: float) -> str:
    """A prediction beside the real time."""
    foretold = f"predicted {took(predicted)}, " if predicted is not None else ""
    return f"{foretold}took {took(seconds)}"


def _takes(plan: Plan, outlook: Outlook) -> list[str]:
    prediction, name = outlook.prediction, REPOSITORIES[plan.backup.repository]
    if prediction is None:
        return [f"  takes  not measured yet: `invoke backup.verify --repo {name}` measures it"]
    whole, down = prediction.whole, prediction.down
    without = f"; of it {took(down.seconds)} without a database" if down else "; no database runs until then"
    wal = f"{outlook.stretch.size.likely / MEBIBYTE:.0f} MiB of WAL {took(prediction.replay.seconds)}"
    return [
        f"  takes  {took(whole.seconds)} ({took(whole.low)} to {took(whole.high)}){without}",
        f"         fill {took(prediction.fill.seconds)}, {wal}, the rest {took(prediction.rest.seconds)}",
        f"         by {_source(prediction)}",
        *([f"         if {outlook.stretch.assumed}"] if outlook.stretch.assumed else []),
    ]


def _source(prediction: Prediction) -> str:
    """How sure a prediction is."""
    measured = f"{prediction.runs} measurement{'s' if prediction.runs > 1 else ''}"
    if not prediction.restores:
        return f"{measured}; the rest as on another host, until a restore has measured it here"
    errors = ", ".join(f"{error:+.0%}" for error in prediction.errors)
    return f"{measured}; the last predictions were off by {errors}" if errors else measured


def _rows(loss: Loss) -> list[str]:
    if loss.rows is None:
        return [f"  rows   not counted: {loss.why}"]
    some = "or more" if loss.why or loss.uncounted else ""
    words = " ".join(each for each in (f"{loss.total:,}", some, "inserted or updated since") if each)
    most = sorted(loss.rows.items(), key=lambda each: (-each[1], each[0]))
    listed = _listed([f"{name} {number:,}" for name, number in most])
    lines = [f"  rows   {words}" + (f": {listed}" if listed else "")]
    if loss.why:
        lines.append(f"         {loss.why}")
    if loss.uncounted:
        lines.append(f"         not counted, for want of time: {_listed(loss.uncounted)}")
    return lines


def _marks(loss: Loss) -> list[str]:
    if not loss.marks:
        return []
    return [f"  marks  {_listed(loss.marks)} made since; `restore --to-mark` still leads there"]


def _listed(words: Sequence[str]) -> str:
    more = len(words) - TABLES_NAMED
    return ", ".join(words[:TABLES_NAMED]) + (f" and {more} more" if more > 0 else "")


def _goal(plan: Plan) -> str:
    return {
        Goal.LATEST: "everything there is",
        Goal.MARK: f"mark {plan.mark.name if plan.mark else ''}, {plan.time}",
        Goal.BACKUP: "the end of that backup",
        Goal.END: f"the end of timeline {plan.timeline}, which is before {plan.time}",
    }.get(plan.goal, str(plan.time))
