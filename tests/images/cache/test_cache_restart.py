import json
from typing import Any

import pytest

from tests.images.workshop import Container, healthy, logs, until

pytestmark = pytest.mark.platform


def ask(cache: Container, *words: str) -> Any:
    """What Redis answers its administrator."""
    return json.loads(cache.exec_run(["ask", *words]).output)


def test_scripts_and_transactions_survive_a_kill(cache: Container) -> None:
    """Redis reads its log as the user `default`: without rights it would leave out what came by EXEC."""
    script = "redis.call('SET', 'survivor:a', '1') return redis.call('SET', 'survivor:b', '2')"
    assert ask(cache, "EVAL", script, "0") == "OK"
    cache.kill("SIGKILL")
    cache.start()
    until(lambda: healthy(cache)[0], 20)
    assert ask(cache, "MGET", "survivor:a", "survivor:b") == ["1", "2"]
    assert "sending an error to its AOF-loading-client" not in logs(cache)
    assert ask(cache, "DEL", "survivor:a", "survivor:b") == 2
