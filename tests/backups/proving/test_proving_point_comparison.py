"""The restored database held against the living one."""

import pytest

from backups.proof import Facts
from backups.proving.point import Point
from backups.proving.point_comparison import differences, ended_between
from tests.backups.proving.test_proving_point import POINT
from tests.backups.scene import Container, at

MADE = Point(POINT, "000000010000000000000070", "7:9:7,8", {"bem.public.items": 12, "bem.public.a": 0})
ROWS = {**MADE.rows, "bem.public.large": 10**9, "postgres.operations.heartbeat": 1}


def facts(rows: dict[str, int], minutes: float = 0.99) -> Facts:
    """What was restored."""
    return Facts(checksums=True, rows=rows, heartbeat=at(minutes))


def test_same_moment_and_same_rows() -> None:
    """Tables that nobody counted are no difference."""
    assert differences(MADE, facts(ROWS), 0) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (facts({**ROWS, "bem.public.items": 11}), "bem.public.items has 11 rows, and at the point it had 12"),
        (facts({"bem.public.items": 12}), "bem.public.a has no rows, and at the point it had 0"),
        (facts(ROWS, 0.98), "the newest second is 2026-11-24 12:00:58.800000+00:00, and at the point"),
        (Facts(checksums=True, rows=ROWS), "the newest second is None"),
    ],
)
def test_another_moment_or_other_rows(found: Facts, words: str) -> None:
    """A row too few, a table that is gone, an earlier second, or none."""
    (said,) = differences(MADE, found, 0)
    assert said.startswith(words)


def test_counts_say_nothing_when_transactions_ended_in_between() -> None:
    """The second still has to be the same."""
    fewer = {**ROWS, "bem.public.items": 11}
    assert differences(MADE, facts(fewer), 1) == []
    assert differences(MADE, facts(fewer, 0.5), 1) != []


def test_transactions_in_between_are_asked_for() -> None:
    """By the snapshot that was recorded."""
    target = Container((("'7:9:7,8'::pg_snapshot", "pg_xact_status"), "3"))
    assert ended_between(target, MADE) == 3
