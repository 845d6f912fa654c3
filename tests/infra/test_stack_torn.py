"""What `status` says of WAL that is lacking in a repository, and of one that lacks everything."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

from backups.continuity import Torn
from infra.looks import safety
from infra.questions import Seen
from infra.status import Status
from operation.stack import Stack
from tests.backups.scene import backup, catalog, reach


def looked(torn: dict[int, Torn], bare: frozenset[int] = frozenset()) -> list[str]:
    """What is wrong with repositories that reach to the present."""
    now = datetime.now(UTC)
    both = [backup("L", 0), backup("R", 0, repository=2)]
    known = replace(catalog(both, {number: reach(1, 0) for number in (1, 2)}), bare=bare)
    answer: Future[Seen] = Future()
    answer.set_result(Seen(known, now, torn))
    status = Status("torn")
    safety.backups(answer, Stack("torn", given={}), status)
    return [each for each in status.wrong if "lags" not in each]


def test_holes_are_wrong_and_whole_wal_is_not() -> None:
    """With the first segment, and what to do."""
    assert looked({}) == []
    (line,) = looked({2: Torn(3, "000000010000000000000007")})
    assert line.startswith("repository s3 lacks 3 WAL segments, the first 000000010000000000000007")
    assert "`invoke backup --repo s3`" in line


def test_a_repository_that_was_emptied_is_named() -> None:
    """With the command that begins anew."""
    (line,) = looked({}, frozenset({2}))
    assert line.startswith("repository s3 is empty")
    assert "`invoke backup --type full --repo s3`" in line
