import pytest

from tests.images.conftest import query
from tests.images.pulse.conftest import Desk, Start
from tests.images.workshop import Container, healthy, logs, until

pytestmark = pytest.mark.platform


def test_thirty_of_thirty(desk: Desk, worker: Container) -> None:
    """Each has its result, subscribers are told, the totals agree, and the stream keeps nothing settled."""
    before = desk.total()
    desk.send("thirty-", 30)
    until(lambda: desk.effects("thirty-") == 30, 10)
    until(desk.settled, 5)
    after = desk.total()
    assert (after[0] - before[0], after[1] - before[1]) == (30, 60)
    told = desk.ask("XREVRANGE", "channel:pulses", "+", "-", "COUNT", "1")[0][1]
    assert told == ["data", '{"type":"pulse","key":"thirty-30","kind":"count","result":{"counted":2}}']
    until(lambda: desk.ask("XLEN", "pulses") <= 1, 15)
    assert healthy(worker) == (True, 'pulse: {"status":"alive"}')


def test_the_same_key_twice_has_one_effect(desk: Desk, worker: Container) -> None:
    """In one batch and in a later one; the twin with a key of its own has its own."""
    assert worker
    before = desk.total()
    for _ in range(2):
        desk.send("twice-", 5)
    until(lambda: desk.effects("twice-") == 5, 10)
    desk.send("twice-", 6)
    until(lambda: desk.effects("twice-") == 6 and desk.settled(), 10)
    assert desk.total()[0] - before[0] == 6


def test_a_canary_takes_no_pulse(desk: Desk, worker: Container, start: Start) -> None:
    """It becomes healthy, and is no consumer, though pulses come; the worker beside it is one."""
    canary = start(CANARY="1")
    until(lambda: healthy(canary)[0], 20)
    desk.send("canary-", 200)
    until(lambda: desk.effects("canary-") == 200 and desk.settled(), 10)
    consumers = {each["name"] for each in desk.ask("XINFO", "CONSUMERS", "pulses", "workers")}
    canary.reload()
    worker.reload()
    hosts = {each.attrs["Config"]["Hostname"]: each for each in (canary, worker)}
    assert {hosts[host].id for host in hosts for name in consumers if name.startswith(host)} == {worker.id}
    canary.remove(force=True)


def test_killed_in_the_middle(desk: Desk, worker: Container, start: Start) -> None:
    """3,000 pulses, a worker killed with -9 at work: the other claims what it had, and none has two."""
    before = desk.total()
    other = start()
    until(lambda: healthy(other)[0], 20)
    desk.send("killed-", 3000)
    until(lambda: desk.effects("killed-") > 200, 10)
    worker.kill("SIGKILL")
    desk.send("killed-", 10)
    until(lambda: desk.effects("killed-") == 3000 and desk.settled(), 30)
    after = desk.total()
    assert (after[0] - before[0], after[1] - before[1]) == (3000, 6000)
    other.remove(force=True)


def test_what_a_frozen_worker_holds_is_claimed(desk: Desk, worker: Container, start: Start) -> None:
    """A worker that stops in the middle of a batch loses it; when it goes on, no effect comes twice."""
    before = desk.total()
    psql = ["psql", "-h", "/tmp", "-U", "postgres", "-d", "bem", "-c"]  # noqa: S108  # in the container
    lock = "begin; lock table pulse_results; select pg_sleep(4)"
    desk.database.exec_run([*psql, lock], detach=True)
    held = "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted"
    until(lambda: query(desk.database, held) != "0", 5)
    desk.send("frozen-", 50)
    until(lambda: desk.ask("XINFO", "GROUPS", "pulses")[0]["pending"] == 50, 5)
    worker.pause()
    other = start()
    until(lambda: desk.effects("frozen-") == 50 and desk.settled(), 30)
    worker.unpause()
    desk.send("frozen-", 60)
    until(lambda: desk.effects("frozen-") == 60 and desk.settled(), 10)
    assert desk.total()[0] - before[0] == 60
    other.remove(force=True)


def test_postgres_restarted(desk: Desk, worker: Container) -> None:
    """While it is away nothing is lost or given up; when it is back the worker goes on by itself."""
    before, letters = desk.total(), len(desk.dead())
    desk.send("restart-", 1000)
    desk.database.restart(timeout=10)
    desk.send("restart-", 1500)
    until(lambda: desk.effects("restart-") == 1500 and desk.settled(), 30)
    assert desk.total()[0] - before[0] == 1500
    assert len(desk.dead()) == letters
    assert healthy(worker)[0]


def test_redis_killed_and_restarted(desk: Desk, worker: Container) -> None:
    """What was acknowledged is on its disk; the worker finds it again, and no effect comes twice."""
    before = desk.total()
    desk.send("redis-", 2000)
    desk.cache.kill("SIGKILL")
    desk.cache.start()
    until(lambda: healthy(desk.cache)[0], 20)
    until(lambda: desk.effects("redis-") == 2000 and desk.settled(), 40)
    assert desk.total()[0] - before[0] == 2000
    assert healthy(worker)[0]


def test_a_worker_that_is_told_to_stop_owes_nothing(desk: Desk, worker: Container) -> None:
    """After SIGTERM it ends within 20 s with status 0, off the list, with nothing pending."""
    desk.send("stop-", 2000)
    until(lambda: desk.effects("stop-") > 0, 10)
    worker.kill("SIGTERM")
    assert worker.wait(timeout=20)["StatusCode"] == 0
    assert "stopped" in logs(worker)
    name = logs(worker).partition('"worker": "')[2].partition('"')[0]
    assert name
    assert name not in [each["name"] for each in desk.ask("XINFO", "CONSUMERS", "pulses", "workers")]
    assert [each["pending"] for each in desk.ask("XINFO", "GROUPS", "pulses")] == [0]
