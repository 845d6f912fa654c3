"""The forecast as a person and as a program reads it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backups import console, rehearsal
from backups.forecast import comparison, forecast
from backups.outlook.line import Size, Span
from backups.outlook.loss import Loss
from backups.outlook.prediction import Prediction
from backups.outlook.stretch import Stretch
from backups.outlook.survey import Outlook
from backups.plan import Goal, Plan
from backups.points import console as point_console
from backups.preflight import Checked
from backups.proof import Facts
from backups.restored import Restored
from backups.target import Target
from operation.stack import Stack
from tests.backups.scene import MEBIBYTE, at, backup, catalog, reach
from tests.backups.world import World

LOCAL = backup("L", 0)
KNOWN = catalog([LOCAL], {1: reach(1, 30)}, silent={2: "no route"})
TIMED = Plan(LOCAL, 1, Goal.TIME, at(10))
WAL = Stretch(Size(48 * MEBIBYTE, 0, 0), "WAL grew evenly from A to B")
PREDICTION = Prediction(
    Span(3, 2.7, 3.3), Span(2, 1, 4), Span(125, 120, 130), Span(5, 4, 6), 7, 2, errors=(0.031, -0.08)
)
BARE = Outlook(None, Stretch(Size(0, 0, 0)), None)
FULL = Outlook(PREDICTION, WAL, Loss({"bem.public.items": 1200, "bem.public.pulses": 4}, marks=("late",)))


def checked(plan: Plan, unarchived: int = 0) -> Checked:
    """What a pre-flight found, with 20 GiB free."""
    return Checked(KNOWN, [plan], 20 * 1024 * MEBIBYTE, unarchived)


def test_all_of_it_for_a_person() -> None:
    """Aligned, and nothing twice."""
    assert forecast(checked(TIMED), FULL, at(50)) == [
        "  from   L in local, 100 MiB, timeline 1",
        "  to     2026-11-24 12:10:00+00:00",
        "  takes  2 min 10 s (2 min 4 s to 2 min 17 s); of it 5.0 s without a database",
        "         fill 3.0 s, 48 MiB of WAL 2.0 s, the rest 2 min 5 s",
        "         by 7 measurements; the last predictions were off by +3%, -8%",
        "         if WAL grew evenly from A to B",
        "  room   1.1 GiB needed, 20.0 GiB free",
        "  lost   what was written in the last 0:40:00; the volume that has it is kept for `restore.undo`",
        "  rows   1,204 inserted or updated since: bem.public.items 1,200, bem.public.pulses 4",
        "  marks  late made since; `restore --to-mark` still leads there",
    ]


@pytest.mark.parametrize(
    ("plan", "to", "lost"),
    [
        (Plan(LOCAL, 1, Goal.LATEST), "everything there is", ""),
        (Plan(LOCAL, 1, Goal.BACKUP), "the end of that backup", "0:50:00"),
        (TIMED, "2026-11-24 12:10:00+00:00", "0:40:00"),
        (Plan(LOCAL, 1, Goal.END, at(10)), "the end of timeline 1", "0:40:00"),
    ],
)
def test_what_is_lost_by_each_goal(plan: Plan, to: str, lost: str) -> None:
    """Nothing is, for the latest."""
    lines = forecast(checked(plan), BARE, at(50))
    assert to in lines[1]
    assert any(line.startswith("  lost") for line in lines) == bool(lost)
    assert lost in lines[-1]


def test_segments_that_wait_to_be_archived_are_counted() -> None:
    """One always does."""
    plan = Plan(LOCAL, 1, Goal.LATEST)
    assert "41 WAL segments" in forecast(checked(plan, 41), BARE, at(50))[-1]
    assert "segment" not in forecast(checked(plan, 1), BARE, at(50))[-1]


def test_without_a_measurement_the_way_to_one_is_named() -> None:
    """No number is invented; the repository is the one that would be used."""
    remote = replace(TIMED, backup=backup("R", 0, repository=2))
    lines = forecast(checked(remote), BARE, at(50))
    assert lines[2] == "  takes  not measured yet: `invoke backup.verify --repo s3` measures it"


@pytest.mark.parametrize(
    ("prediction", "words"),
    [
        (replace(PREDICTION, runs=1, restores=0, errors=()), "by 1 measurement; the rest as on another host"),
        (replace(PREDICTION, errors=()), "by 7 measurements"),
        (replace(PREDICTION, down=None), "no database runs until then"),
    ],
)
def test_how_sure_it_is(prediction: Prediction, words: str) -> None:
    """By how many, whether the rest was ever measured here, and whether a database runs."""
    text = "\n".join(forecast(checked(TIMED), replace(FULL, prediction=prediction), at(50)))
    assert words in text
    assert "off by" not in text or prediction.errors


@pytest.mark.parametrize(
    ("loss", "lines"),
    [
        (
            Loss(why="no database runs that has them"),
            ["  rows   not counted: no database runs that has them"],
        ),
        (Loss({}), ["  rows   0 inserted or updated since"]),
        (
            Loss({"a.b.c": 2}, uncounted=("a.b.large",)),
            [
                "  rows   2 or more inserted or updated since: a.b.c 2",
                "         not counted, for want of time: a.b.large",
            ],
        ),
        (
            Loss({"a.b.c": 2}, why="some more"),
            ["  rows   2 or more inserted or updated since: a.b.c 2", "         some more"],
        ),
        (
            Loss({f"t{number}": number for number in range(1, 9)}),
            ["  rows   36 inserted or updated since: t8 8, t7 7, t6 6, t5 5, t4 4, t3 3 and 2 more"],
        ),
    ],
)
def test_rows(loss: Loss, lines: list[str]) -> None:
    """What was not counted is never nought."""
    found = forecast(checked(TIMED), replace(BARE, loss=loss), at(50))
    assert found[found.index(next(each for each in found if each.startswith("  rows"))) :] == lines


def told(capsys: pytest.CaptureFixture[str], stack: Stack, plan: Plan, outlook: Outlook) -> dict[str, Any]:
    """What a program reads."""
    rehearsal.restore(stack, checked(plan), outlook, as_json=True)
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


def test_all_of_it_for_a_program(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds with their ranges, the last errors, bytes needed and had, rows and marks."""
    found = told(capsys, stack, TIMED, FULL)
    assert (found["predicted_seconds"], found["predicted_range"]) == (130, [123.7, 137.3])
    assert (found["predicted_down_seconds"], found["predicted_down_range"]) == (5, [4, 6])
    assert found["last_errors_percent"] == [3.1, -8]
    assert (found["needed_bytes"], found["free_bytes"]) == (1199570944, 20 * 1024 * MEBIBYTE)
    assert (found["wal_bytes"], found["wal_assumed"]) == (48 * MEBIBYTE, "WAL grew evenly from A to B")
    assert found["rows_lost"] == 1204
    assert found["rows_lost_by_table"]["bem.public.items"] == 1200
    assert found["marks_lost"] == ["late"]
    assert (found["backup"], found["repository"], found["timeline"]) == ("L", "local", 1)


def test_what_is_not_known_is_null(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Not nought: rows that nobody counted, seconds that nobody measured. The latest loses no row."""
    outlook = replace(BARE, loss=Loss(why="dead", uncounted=("a.b.c",)))
    found = told(capsys, stack, TIMED, outlook)
    assert found["predicted_seconds"] is None
    assert (found["rows_lost"], found["rows_note"]) == (None, "dead")
    assert found["rows_not_counted"] == ["a.b.c"]
    assert told(capsys, stack, Plan(LOCAL, 1, Goal.LATEST), BARE)["rows_lost"] == 0


def test_prediction_beside_the_real_time() -> None:
    """Both as a person says them; alone where nobody foretold."""
    assert comparison(130, 123.4) == "predicted 2 min 10 s, took 2 min 3 s"
    assert comparison(None, 9.04) == "took 9.0 s"


@pytest.fixture
def restoring(
    stack: Stack, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """The task with a restore that takes as long as it was foretold, and what it was told."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    monkeypatch.setattr(console, "preflight", lambda *_, **__: checked(TIMED))
    monkeypatch.setattr(point_console, "bring_back_lost", lambda *_: None)

    def surveyed(*_: Any, count: bool) -> Outlook:
        told["count"] = count
        return FULL

    def run(*words: Any) -> Restored:
        told["predicted"] = words[4]
        return Restored(3, 2, TIMED, Facts(checksums=True), 5.0, seconds=123.4, predicted_seconds=words[4])

    monkeypatch.setattr(console, "survey", surveyed)
    monkeypatch.setattr(console, "run_restore", run)
    monkeypatch.setattr(console, "begin", lambda _: None)

    def go(**how: bool) -> dict[str, Any]:
        asked: dict[str, Any] = {"yes": True, "dry_run": False, "as_json": False, **how}
        console.restore("bk-test", Target(time=at(10)), "", **asked)
        return {**told, "out": capsys.readouterr().out, "did": world.did}

    return go


def test_a_restore_is_told_its_prediction_and_prints_both(restoring: Any) -> None:
    """And counts no rows when nobody is asked."""
    found = restoring()
    assert found["predicted"] == 130
    assert found["count"] is False
    assert "\npredicted 2 min 10 s, took 2 min 3 s\n" in found["out"]
    content = json.loads(restoring(as_json=True)["out"])
    assert (content["predicted_seconds"], content["seconds"]) == (130, 123.4)


def test_a_preview_restores_nothing(restoring: Any) -> None:
    """It counts, because somebody reads it."""
    found = restoring(dry_run=True, as_json=True)
    assert found["count"] is True
    assert "predicted" not in found
    assert found["did"] == []
    assert json.loads(found["out"])["predicted_seconds"] == 130
