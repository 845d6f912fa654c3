"""What a restore gives up: rows counted under limits of time, and marks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backups.history import Fork
from backups.mark import Mark
from backups.outlook import loss, survey
from backups.outlook.loss import Loss, count_argv, marks_after, rows_after
from backups.outlook.rates import VERIFY, Run, keep
from backups.plan import Goal, Plan
from backups.preflight import Checked
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import MEBIBYTE, Container, at, backup, catalog, reach

POINT = at(10)
LOCAL = backup("L", 0)
KNOWN = catalog([LOCAL], {1: reach(1, 30)})


def living(counts: str = "0\t1200\n1\t0\n", **changed: int | str) -> Container:
    """A database that answers; any answer may be another."""
    said: dict[str, int | str] = {"remembers": "on", "long": "t", "tables": "public.items\npublic.pulses\n"}
    said |= changed
    return Container(
        (("timeout",), counts),
        (("show track_commit_timestamp",), said["remembers"]),
        (("oldest_commit_ts_xid",), said["long"]),
        (("from pg_database",), "bem\n"),
        (("from pg_class",), said["tables"]),
        (("pg_control_system",), "7"),
        (("pg_current_wal_lsn",), "0/50"),
    )


def test_rows_of_every_table_that_has_any() -> None:
    """By name; a table without is not named, and what was counted is no more than that."""
    found = rows_after(POINT, living())
    assert found == Loss({"bem.public.items": 1200})
    assert found.total == 1200


def test_the_heartbeat_is_not_counted() -> None:
    """Its one row changes each second: the time says it."""
    target = living("0\t3\n", tables="operations.heartbeat\npublic.items\n")
    assert rows_after(POINT, target).rows == {"bem.public.items": 3}
    assert not any("operations.heartbeat" in argv[-1] for argv in target.told if argv[0] == "timeout")


def test_a_table_that_took_too_long_is_not_nothing() -> None:
    """It is named as not counted; those beside it are counted."""
    found = rows_after(POINT, living("1\t7\n"))
    assert found.rows == {"bem.public.pulses": 7}
    assert found.uncounted == ("bem.public.items",)


def test_all_of_it_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the time is over nothing more is asked, and the rest is named."""
    monkeypatch.setattr(loss, "ALL_SECONDS", 0.5)
    target = living()
    found = rows_after(POINT, target)
    assert found.uncounted == ("bem.public.items", "bem.public.pulses")
    assert not target.was_told("timeout")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"remembers": "off"}, "does not remember yet"),
        ({"long": "f"}, "does not remember that long"),
        ({"long": 1}, "did not answer"),
    ],
)
def test_what_cannot_be_known_is_not_counted(changed: dict[str, Any], why: str) -> None:
    """A count that would be too low is none, and a database that breaks off fails no pre-flight."""
    target = living(**changed)
    found = rows_after(POINT, target)
    assert found.total is None
    assert why in found.why
    assert not target.was_told("timeout")


def test_the_count_cannot_write_nor_last() -> None:
    """A limit for all, one for each table, and no right to change anything."""
    argv = count_argv("bem", ["public.items", 'public."odd one"'], POINT, 30)
    assert argv[:2] == ["timeout", "30"]
    assert "set statement_timeout = '5s'" in argv
    assert "set default_transaction_read_only = on" in argv
    assert argv[-1] == (
        'select 1, count(*) from public."odd one" '
        "where pg_xact_commit_timestamp(xmin) > '2026-11-24T12:10:00+00:00'"
    )


def test_marks_that_the_restored_database_will_not_know() -> None:
    """Later than the point, and in the database that serves: not those of a timeline that was left before."""
    early, late = Mark("early", at(5), 5, 1, at(5)), Mark("late", at(20), 20, 2, at(20))
    left, same = Mark("left", at(15), 50, 1, at(15)), Mark("same", POINT, 8, 1, POINT)
    known = replace(KNOWN, reaches={1: reach(2, 30)}, forks={2: (Fork(1, 10),)})
    assert marks_after(POINT, [early, left, late, same], known) == ("late",)
    assert marks_after(at(4), [early, left, late], known) == ("early", "late")


@pytest.fixture
def look(stack: Stack, quiet: Progress, monkeypatch: pytest.MonkeyPatch) -> Callable[..., survey.Outlook]:
    """A survey of one plan with a database that lives, or with none."""
    keep(stack, Run(at(0), VERIFY, "local", 100 * MEBIBYTE, 2.0, 64, 1.0))
    monkeypatch.setattr(survey, "marks", lambda _: [Mark("late", at(20), 20, 1, at(20))])

    def seen(
        plan: Plan, target: Container | None, *, count: bool = True, known: Any = KNOWN
    ) -> survey.Outlook:
        monkeypatch.setattr("backups.switch.alive", lambda *_: target)
        return survey.survey(stack, Checked(known, [plan], 0, 0), quiet, count=count)

    return seen


def test_survey_of_a_time(look: Callable[..., survey.Outlook]) -> None:
    """Everything together, and exact."""
    found = look(Plan(LOCAL, 1, Goal.TIME, POINT), living())
    assert found.loss == Loss({"bem.public.items": 1200}, marks=("late",))
    assert found.prediction is not None
    assert found.prediction.down is not None
    assert found.seconds == pytest.approx(found.prediction.whole.seconds, abs=0.1)


def test_survey_of_the_latest_gives_nothing_up(look: Callable[..., survey.Outlook]) -> None:
    """So nothing is counted; the WAL goes to where the database is."""
    target = living()
    found = look(Plan(LOCAL, 1, Goal.LATEST), target)
    assert found.loss is None
    assert found.stretch.size.likely == 0x50
    assert not target.was_told("track_commit_timestamp")


@pytest.mark.parametrize(
    ("plan", "known", "why"),
    [
        (Plan(LOCAL, 1, Goal.BACKUP), KNOWN, "the second in which the backup ended"),
        (Plan(LOCAL, 1, Goal.TIME, POINT), replace(KNOWN, reaches={1: reach(2, 30)}), "earlier restore"),
    ],
)
def test_a_count_that_may_be_low_says_so(
    look: Callable[..., survey.Outlook], plan: Plan, known: Any, why: str
) -> None:
    """A backup's end is known to the second; rows of another timeline have other times."""
    found = look(plan, living(), known=known)
    assert found.loss is not None
    assert found.loss.total == 1200
    assert why in found.loss.why


@pytest.mark.parametrize("target", [None, Container((("pg_control_system",), "8")), Container()])
def test_survey_without_the_database_of_the_backups(
    look: Callable[..., survey.Outlook], target: Container | None
) -> None:
    """Dead, another cluster, or dying at this moment: rows are not counted, and the prediction stands."""
    found = look(Plan(LOCAL, 1, Goal.TIME, POINT), target)
    assert found.loss is not None
    assert found.loss.total is None
    assert found.loss.marks == ("late",)
    assert found.prediction is not None
    assert (found.prediction.down is None) == (target is None)


def test_nobody_waits_for_a_count_that_nobody_reads(look: Callable[..., survey.Outlook]) -> None:
    """With `--yes` there is no question, so the restore begins at once."""
    target = living()
    found = look(Plan(LOCAL, 1, Goal.TIME, POINT), target, count=False)
    assert found.loss is not None
    assert found.loss.total is None
    assert not target.was_told("timeout")
