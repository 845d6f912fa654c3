"""Predictions: from which measurements, and how they fare against what a host then takes."""

from dataclasses import replace

import pytest

from backups.outlook.line import Size
from backups.outlook.prediction import MOVING, RECENT, predict
from backups.outlook.rates import VERIFY, Run
from backups.plan import Goal
from tests.backups.scene import MEBIBYTE, at

SEGMENT = 16 * MEBIBYTE
GIBIBYTE = 1024 * MEBIBYTE


def size(number: int) -> Size:
    """Exactly so much."""
    return Size(number, number, number)


def run(what: str, restored: int, wal: int, repository: str = "local", slow: float = 1.0) -> Run:
    """What a host takes that fills 50 MiB and replays ten segments a second, and moves in 20 s."""
    moved = what != VERIFY
    return Run(
        at=at(0),
        what=what,
        repository=repository,
        restored_bytes=restored,
        fill_seconds=slow * (2 + restored / (50 * MEBIBYTE)),
        wal_bytes=wal,
        replay_seconds=slow * (1 + wal / (10 * SEGMENT)),
        rest_seconds=20.0 if moved else None,
        down_seconds=(6.0 if what == "latest" else 9.0) if moved else None,
    )


PROOFS = [run(VERIFY, part * GIBIBYTE, part * 30 * SEGMENT) for part in (1, 2, 3)]


def test_nothing_measured_is_nothing_predicted() -> None:
    """Also when only the other repository was: how fast S3 is says nothing of a disk."""
    assert predict(GIBIBYTE, size(SEGMENT), Goal.LATEST, "local", [], lives=True) is None
    assert predict(GIBIBYTE, size(SEGMENT), Goal.LATEST, "s3", PROOFS, lives=True) is None


def test_proofs_alone_foretell_fill_and_replay() -> None:
    """The rest is another host's, and its range says how little that is worth."""
    found = predict(8 * GIBIBYTE, size(200 * SEGMENT), Goal.LATEST, "local", PROOFS, lives=True)
    assert found is not None
    assert found.fill.seconds == pytest.approx(2 + 8 * 1024 / 50)
    assert found.replay.seconds == pytest.approx(21)
    assert (found.rest.seconds, found.rest.high) == (MOVING.fixed, 2 * MOVING.fixed)
    assert (found.runs, found.restores, found.errors) == (3, 0, ())


@pytest.mark.parametrize("slow", [1.0, 4.0])
def test_a_restore_of_another_size_is_foretold_within_a_quarter(slow: float) -> None:
    """Whatever the host: its own measurements count, of other sizes, and one of them odd."""
    known = [run(VERIFY, part * GIBIBYTE, part * 30 * SEGMENT, slow=slow) for part in (1, 1, 2, 2, 3)]
    known[1] = replace(known[1], fill_seconds=3 * known[1].fill_seconds)
    known.append(run("latest", 2 * GIBIBYTE, 60 * SEGMENT, slow=slow))
    found = predict(10 * GIBIBYTE, size(400 * SEGMENT), Goal.LATEST, "local", known, lives=True)
    real = run("latest", 10 * GIBIBYTE, 400 * SEGMENT, slow=slow)
    assert found is not None
    assert found.whole.seconds == pytest.approx(real.seconds, rel=0.25)
    assert found.whole.low <= real.seconds <= found.whole.high


def test_a_new_disk_is_believed_after_three_runs() -> None:
    """Old measurements count no longer once the newest of the recent ones agree."""
    known = [run(VERIFY, GIBIBYTE, SEGMENT) for _ in range(12)]
    known += [run(VERIFY, GIBIBYTE, SEGMENT, slow=3) for _ in range(RECENT // 2 + 1)]
    found = predict(GIBIBYTE, size(SEGMENT), Goal.TIME, "local", known, lives=True)
    assert found is not None
    assert found.fill.seconds == pytest.approx(3 * (2 + 1024 / 50))


def test_a_database_that_is_down_is_not_told_apart() -> None:
    """There is nothing to stop; else a restore of the same kind counts before others."""
    known = [*PROOFS, run("latest", GIBIBYTE, SEGMENT), run("time", GIBIBYTE, SEGMENT, "s3")]
    downs = {}
    for goal in (Goal.LATEST, Goal.TIME, Goal.MARK):
        found = predict(GIBIBYTE, size(SEGMENT), goal, "local", known, lives=True)
        assert found is not None
        assert found.down is not None
        downs[goal] = found.down.seconds
    assert downs == pytest.approx({Goal.LATEST: 6.0, Goal.TIME: 9.0, Goal.MARK: 9.0})
    dead = predict(GIBIBYTE, size(SEGMENT), Goal.LATEST, "local", known, lives=False)
    assert dead is not None
    assert dead.down is None


def test_errors_of_the_last_predictions() -> None:
    """The newest last; proofs have none."""
    restore = run("latest", GIBIBYTE, SEGMENT)
    known = [*PROOFS, *(replace(restore, predicted_seconds=restore.seconds * each) for each in (2, 1.5, 1))]
    found = predict(GIBIBYTE, size(SEGMENT), Goal.LATEST, "local", known, lives=True)
    assert found is not None
    assert found.errors == pytest.approx((1, 0.5, 0))


def test_a_replay_whose_size_nobody_knows_does_not_count() -> None:
    """A server that did not say how far it went: nought bytes in some seconds is no rate."""
    known = [*PROOFS, replace(PROOFS[0], wal_bytes=0, replay_seconds=500.0)]
    found = predict(GIBIBYTE, size(30 * SEGMENT), Goal.LATEST, "local", known, lives=True)
    assert found is not None
    assert found.replay.seconds == pytest.approx(4)
