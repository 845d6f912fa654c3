import pytest

from operation.failure import Failure
from operation.stack import Stack
from pulses.backlog import Worker, compared
from pulses.desk import desk_of


def test_two_looks_make_a_rate() -> None:
    """What was given out and is no longer held was settled."""
    first = {"now": "10000", "dead": 1, "group": {"entries-read": 100, "pending": 50, "lag": 500}}
    last = {
        "now": "12000",
        "dead": 2,
        "oldest": "9000-3",
        "group": {"entries-read": 400, "pending": 30, "lag": 200},
        "workers": [{"name": "a", "pending": 30, "idle": 1500}],
    }
    found = compared(first, last)
    assert (found.waiting, found.pending, found.dead, found.rate) == (200, 30, 2, 160.0)
    assert found.oldest_seconds == 3.0
    assert found.workers == (Worker("a", 30, 1.5),)


@pytest.mark.parametrize("group", [{}, {"group": {"entries-read": False, "lag": False, "pending": 0}}])
def test_a_stream_that_is_new_has_no_backlog(group: dict[str, object]) -> None:
    """Redis cannot tell everything of it."""
    found = compared(
        {"now": "10000", "dead": 0, **group}, {"now": "11000", "dead": 0, "workers": {}, **group}
    )
    assert (found.waiting, found.rate, found.oldest_seconds, found.workers) == (0, 0.0, 0.0, ())


def test_a_stack_without_workers_is_refused() -> None:
    """Before anything is asked; it says which key to set."""
    with pytest.raises(Failure, match="no pulse workers") as refused:
        desk_of(Stack("without", given={"bem:pulse": {"enabled": False}}))
    assert refused.value.exit_code == 2
    assert "bem:pulse.enabled" in refused.value.remedy
