import time
from typing import Any

import psycopg
import pytest
from psycopg import errors

from pulses import desk
from services.api import pulses
from services.base.drain import Drain
from services.pulse import inbox
from services.pulse.fault import is_lasting
from services.pulse.held import Held
from services.pulse.liveness import Liveness
from services.pulse.pulse import Entry
from services.pulse.stock import order, settled_below
from services.pulse.worker import STALLED, Worker


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (errors.NumericValueOutOfRange(), True),
        (errors.UntranslatableCharacter(), True),
        (errors.CheckViolation(), True),
        (errors.ProgramLimitExceeded(), True),
        (errors.SerializationFailure(), False),
        (errors.DeadlockDetected(), False),
        (errors.AdminShutdown(), False),
        (errors.DiskFull(), False),
        (errors.QueryCanceled(), False),
        (errors.UndefinedTable(), False),
        (errors.InsufficientPrivilege(), False),
        (psycopg.OperationalError("the connection is lost"), False),
        (psycopg.InterfaceError(), False),
    ],
)
def test_whose_fault_an_error_is(error: psycopg.Error, *, lasting: bool) -> None:
    """Only what speaks of the data is the pulse's; a pulse is not given up for a restart or a deployment."""
    assert is_lasting(error) is lasting


def test_failed_pulses_wait_for_their_time() -> None:
    """They come out once, the longest due first, and know how often they failed."""
    held = Held()
    held.hold(Entry(b"1-0", {}), until=20)
    held.hold(Entry(b"2-0", {}), until=10)
    assert held.wait(0, longest=1) == 1
    assert held.wait(9.5, longest=1) == 0.5
    assert held.take(5, most=9) == []
    assert [each.id for each in held.take(30, most=1)] == [b"2-0"]
    first = held.take(30, most=9)[0]
    assert (first.failures, first.attempts, len(held)) == (1, 2, 0)
    held.hold(first, until=40)
    assert held.release() == [b"1-0"]
    assert len(held) == 0


def group(name: bytes, last: bytes) -> dict[str, Any]:
    """As `XINFO GROUPS` tells."""
    return {"name": name, "last-delivered-id": last}


@pytest.mark.parametrize(
    ("groups", "oldest", "bound"),
    [
        ([], {}, None),
        ([group(b"workers", b"50-0")], {}, b"50-0"),
        ([group(b"workers", b"50-0")], {b"workers": b"9-1"}, b"9-1"),
        ([group(b"workers", b"50-0")], {b"workers": None}, b"50-0"),
        ([group(b"workers", b"50-0"), group(b"audit", b"0-0")], {b"workers": b"9-1"}, b"0-0"),
        ([group(b"workers", b"100-2"), group(b"audit", b"100-10")], {}, b"100-2"),
    ],
)
def test_only_what_every_group_has_settled_goes(
    groups: list[dict[str, Any]], oldest: dict[bytes, bytes | None], bound: bytes | None
) -> None:
    """Neither what is pending nor what was not given yet; ids are compared as numbers."""
    assert settled_below(groups, oldest) == bound
    assert order(b"9-1") < order(b"50-0") < order(b"50-2") < order(b"50-10")


def test_health_sees_a_loop_that_ended_or_hangs() -> None:
    """A worker that turns is well."""
    worker = Worker(None, None, Held(), 1, Drain())  # type: ignore[arg-type]
    liveness = Liveness(worker)
    assert liveness.reached
    worker.turned = time.monotonic() - STALLED - 1
    assert not liveness.reached
    worker.turned = time.monotonic()
    worker.ended = True
    assert not liveness.reached


def test_operators_look_where_workers_work() -> None:
    """The tasks' names are the workers'."""
    assert (desk.STREAM, desk.DEAD, desk.GROUP) == (inbox.STREAM, inbox.DEAD, inbox.GROUP)
    assert inbox.FATE.decode() == desk.FATE == pulses.FATE.format("")
