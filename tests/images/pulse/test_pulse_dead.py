import pytest

from tests.images.pulse.conftest import Desk
from tests.images.workshop import Container, until

pytestmark = pytest.mark.platform


def test_poison_goes_aside_and_good_ones_go_on(desk: Desk, worker: Container) -> None:
    """Unknown kinds, bad payloads and what PostgreSQL cannot keep are dead letters with their reasons."""
    assert worker
    letters = len(desk.dead())
    desk.send("good-a-", 5)
    desk.send("poison-kind-", 1, kind="teleport")
    desk.send("poison-json-", 1, payload="{")
    desk.send("poison-amount-", 1, payload='{"amount":"many"}')
    desk.send("good-b-", 5)
    until(lambda: len(desk.dead()) == letters + 3, 10)
    until(lambda: desk.effects("good-") == 10 and desk.settled(), 10)
    assert [(each["key"], each["reason"]) for each in desk.dead()[letters:]] == [
        ("poison-kind-1", "unknown-kind"),
        ("poison-json-1", "invalid"),
        ("poison-amount-1", "invalid"),
    ]
    assert desk.effects("poison-") == 0
    assert desk.ask("GET", "pulses:dead:key:poison-kind-1") == "unknown-kind"
    assert 0 < desk.ask("TTL", "pulses:dead:key:poison-kind-1") <= 86400
    assert desk.ask("EXISTS", "pulses:dead:key:good-a-1") == 0
