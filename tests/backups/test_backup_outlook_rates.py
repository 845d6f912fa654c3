"""Measurements that are kept, and the clocks that make them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from backups.outlook import rates
from backups.outlook.rates import KEPT, VERIFY, Run
from backups.outlook.stopwatch import FILL, REPLAY, Stopwatch
from backups.plan import Goal, Plan
from backups.proof import Facts
from backups.proving import verify
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import MEBIBYTE, at, backup

PROOF = Run(at(0), VERIFY, "local", 100 * MEBIBYTE, 2.0, 16 * MEBIBYTE, 1.0)
RESTORE = replace(PROOF, what="latest", rest_seconds=9.0, down_seconds=4.0, predicted_seconds=15.0)
PLAN = Plan(replace(backup("L", 0), start_lsn=1000), 1, Goal.TIME, at(1))


def test_what_is_kept_is_read_again(stack: Stack) -> None:
    """Privately, with everything that was measured."""
    stack.make_folder()
    rates.keep(stack, PROOF)
    rates.keep(stack, RESTORE)
    assert rates.runs(stack) == [PROOF, RESTORE]
    assert (stack.folder / "rates.json").stat().st_mode & 0o777 == 0o600


def test_the_newest_of_each_repository_are_kept(stack: Stack) -> None:
    """Many of one push out none of the other."""
    rates.keep(stack, replace(PROOF, repository="s3"))
    for number in range(KEPT + 5):
        rates.keep(stack, replace(PROOF, wal_bytes=number))
    kept = rates.runs(stack)
    assert [each.wal_bytes for each in kept if each.repository == "local"] == list(range(5, KEPT + 5))
    assert len([each for each in kept if each.repository == "s3"]) == 1


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"at": "x"}]', '{"a": 1}', '[{"what": "verify"}]'])
def test_a_damaged_file_is_none(stack: Stack, text: str) -> None:
    """And the next run is kept as if there had been none."""
    (stack.make_folder() / "rates.json").write_text(text)
    assert rates.runs(stack) == []
    rates.keep(stack, PROOF)
    assert rates.runs(stack) == [PROOF]


def test_a_full_disk_fails_no_restore(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured is given back all the same."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rates, "write_private", full)
    assert rates.keep(stack, PROOF) == PROOF
    assert rates.runs(stack) == []


def test_the_error_of_a_prediction() -> None:
    """Fifteen seconds foretold, twelve taken: a quarter too long. Without a prediction there is none."""
    assert RESTORE.seconds == 12
    assert RESTORE.error == pytest.approx(0.25)
    assert PROOF.error is None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that goes on when it is told to."""
    now = [0.0]
    monkeypatch.setattr("backups.outlook.stopwatch.time", SimpleNamespace(monotonic=lambda: now[0]))

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


def test_parts_are_told_apart(monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]) -> None:
    """What is neither filling nor replay is the rest, before, between and after."""
    monkeypatch.setattr("backups.server.replayed", lambda _: 5000)
    watch = Stopwatch(PLAN, 20.0)
    clock(1)
    with watch.lap(FILL):
        clock(5)
    clock(2)
    with watch.lap(REPLAY):
        clock(3)
    watch.reached(object())
    clock(4)
    found = watch.restore(2.5)
    assert (found.fill_seconds, found.replay_seconds, found.rest_seconds, found.seconds) == (5, 3, 7, 15)
    assert (found.what, found.repository, found.wal_bytes) == ("time", "local", 4000)
    assert (found.predicted_seconds, found.down_seconds) == (20.0, 2.5)
    proof = watch.proof()
    assert (proof.what, proof.rest_seconds, proof.down_seconds) == (VERIFY, None, None)


def test_a_server_that_does_not_say_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does one that says less than the backup's begin; such a replay is not counted."""
    watch = Stopwatch(PLAN)

    def silent(_: Any) -> int:
        message = "no answer"
        raise Failure(message)

    monkeypatch.setattr("backups.server.replayed", silent)
    watch.reached(object())
    assert watch.proof().wal_bytes == 0
    monkeypatch.setattr("backups.server.replayed", lambda _: 10)
    watch.reached(object())
    assert watch.proof().wal_bytes == 0


@pytest.mark.parametrize("deed", ["", "fill", "wait_for_target"])
def test_a_proof_is_a_measurement(stack: Stack, monkeypatch: pytest.MonkeyPatch, deed: str) -> None:
    """Of filling and replay, whatever is found afterwards; one that breaks off before measured nothing."""

    def done(name: str) -> Callable[..., None]:
        def do(*_: Any, **__: Any) -> None:
            if name == deed:
                raise Failure(name)

        return do

    for name in ("fill", "wait_for_target"):
        monkeypatch.setattr(f"backups.recovery.{name}", done(name))
    for name in ("start", "promote"):
        monkeypatch.setattr(f"backups.server.{name}", done(name))
    monkeypatch.setattr("backups.server.replayed", lambda _: 5000)
    monkeypatch.setattr(verify, "read_catalog", lambda *_: None)
    monkeypatch.setattr(verify, "_plan", lambda *_: PLAN)
    monkeypatch.setattr(verify, "_refuse_holes", lambda *_: None)
    monkeypatch.setattr(verify, "_examine", done("examine"))
    monkeypatch.setattr(verify, "gather", lambda *_, **__: Facts(checksums=True))
    with suppress(Failure):
        verify._prove(stack, object(), 1, None, verify.Findings(), lambda _: None)  # noqa: SLF001  # its heart
    assert [(each.what, each.wal_bytes) for each in rates.runs(stack)] == ([] if deed else [(VERIFY, 4000)])
