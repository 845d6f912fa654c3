import pytest

from bench.api import rows
from operation.failure import Failure

SAID = """
finished in 40.00s, 2500.00 req/s, 1.2MB/s
requests: 1000 total, 1000 started, 1000 done, 998 succeeded, 2 failed, 0 errored, 0 timeout
"""


def test_what_the_load_generator_says_is_told() -> None:
    """Median, the 99th of a hundred, the rate, and those that were not answered well."""
    found = {row.what: row.measured.median for row in rows(SAID, [float(n) for n in range(1, 1001)], 1000)}
    assert found["GET /items, 50 connections: median"] == 500.5
    assert found["the same: p99"] == pytest.approx(990.99)
    assert found["the same: rate"] == 2500.0
    assert found["requests not answered well, of 1000"] == 2


def test_silence_is_no_figure() -> None:
    """A load generator that ended otherwise is a failure."""
    with pytest.raises(Failure):
        list(rows("connection refused", [], 1000))
