"""Old results go by themselves; the young ones and the totals stay."""

import pytest

from tests.images.conftest import query
from tests.images.pulse.conftest import Desk, Start
from tests.images.workshop import Container, logs, until

pytestmark = pytest.mark.platform

AGED = "update pulse_results set processed_at = now() - interval '8 days' where key like 'old-%'"
MANY = (
    "insert into pulse_results (key, kind, result, worker, processed_at)"
    " select 'older-' || n, 'count', '{}', 'w', now() - interval '9 days' from generate_series(1, 4500) n"
)


def test_old_results_go_and_young_ones_stay(
    start: Start, desk: Desk, worker: Container, database: Container
) -> None:
    """More than one step of them; what comes again after that is counted again, as the settings say."""
    assert worker
    desk.send("old-", 20)
    desk.send("young-", 20)
    until(lambda: desk.effects("old-") == desk.effects("young-") == 20, 20)
    query(database, AGED)
    query(database, MANY)
    total = desk.total()
    another = start(PULSE_RETENTION_DAYS="7")
    until(lambda: desk.effects("old") == 0 and desk.effects("young-") == 20, 30)
    assert query(database, "select count(*) from pulse_results where key like 'old%'") == "0"
    until(lambda: '"rows": 4520' in logs(another), 10)
    assert desk.total() == total
    another.stop(timeout=15)
