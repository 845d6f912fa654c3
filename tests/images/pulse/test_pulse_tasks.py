import json
import threading
import time

import pytest

from operation import audit
from operation.failure import Failure
from operation.stack import Stack
from pulses import console, letters
from pulses.backlog import backlog
from pulses.desk import Desk as Cache
from tests.images.pulse.conftest import Desk
from tests.images.workshop import Container, until

pytestmark = pytest.mark.platform
ID = "1764072000000-0"


@pytest.fixture
def letter(desk: Desk, worker: Container) -> str:
    """The id of a dead letter, alone among none."""
    assert worker
    desk.ask("DEL", "pulses:dead")
    desk.send(f"letter-{time.time_ns()}-", 1, payload='{"amount":"many"}')
    until(lambda: len(desk.dead()) == 1, 10)
    return str(desk.ask("XRANGE", "pulses:dead", "-", "+")[0][0])


def test_backlog_of_a_stack(
    desk: Desk, worker: Container, cache_stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a backlog it says 0; with a worker that does nothing what waits and who holds it."""
    until(desk.settled, 10)
    console.status(cache_stack, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["waiting"], said["pending"], said["oldest_seconds"]) == (0, 0, 0)
    worker.pause()
    desk.send(f"backlog-{time.time_ns()}-", 30)
    found = backlog(Cache(desk.cache))
    console.status(cache_stack, as_json=False)
    worker.unpause()
    assert found.waiting + found.pending == 30
    assert 0 < found.oldest_seconds < 60
    assert "held " in capsys.readouterr().out
    until(desk.settled, 30)


def test_dead_letters_are_listed_and_replayed_after_the_mend(
    desk: Desk, letter: str, cache_stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is shown; mended, it has its effect; a second replay finds nothing; all is audited."""
    console.dead(cache_stack, limit=50, as_json=False)
    assert "invalid after 1 tries" in capsys.readouterr().out
    console.dead(cache_stack, limit=0, as_json=True)
    key = json.loads(capsys.readouterr().out)[0]["key"]
    choice = {"everything": True, "as_json": False}
    console.replay(cache_stack, [], yes=False, dry_run=True, **choice)
    assert letter in capsys.readouterr().out
    _mend(desk, letter)
    assert desk.ask("GET", f"pulses:dead:key:{key}") == "invalid"
    console.replay(cache_stack, [], yes=True, dry_run=False, **choice)
    assert capsys.readouterr().out == "1 moved\n"
    until(lambda: desk.effects(key) == 1 and desk.settled(), 10)
    assert desk.ask("EXISTS", f"pulses:dead:key:{key}") == 0
    console.replay(cache_stack, [letter], everything=False, yes=True, dry_run=False, as_json=False)
    assert capsys.readouterr().out == "0 moved; 1 no longer there\n"
    assert [each.outcome for each in audit.entries(cache_stack)][-2:] == ["succeeded", "unchanged"]


def test_replays_at_once_move_each_letter_once(desk: Desk, worker: Container) -> None:
    """As when a task that was thought dead goes on beside the next one."""
    assert worker
    desk.ask("DEL", "pulses:dead")
    desk.send(f"many-{time.time_ns()}-", 200, kind="nothing")
    until(lambda: len(desk.dead()) == 200, 20)
    numbers = [each.id for each in letters.letters(Cache(desk.cache))]
    moved: list[int] = []
    replays = [
        threading.Thread(target=lambda: moved.append(letters.replay(Cache(desk.cache), numbers)))
        for _ in range(3)
    ]
    for each in replays:
        each.start()
    for each in replays:
        each.join()
    assert sum(moved) == 200
    until(lambda: len(desk.dead()) == 200 and desk.settled(), 20)


def test_dead_letters_are_dropped(
    desk: Desk, letter: str, cache_stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """For good, and only with consent; which ones must be said."""
    choice = {"everything": False, "dry_run": False, "as_json": False}
    with pytest.raises(Failure, match="Nobody is there"):
        console.drop(cache_stack, [letter], yes=False, **choice)
    with pytest.raises(Failure, match="which dead letters"):
        console.drop(cache_stack, [], yes=True, **choice)
    with pytest.raises(Failure, match="no id"):
        console.drop(cache_stack, ["x"], yes=True, **choice)
    console.drop(cache_stack, [letter, ID], yes=True, **choice)
    assert capsys.readouterr().out == "1 removed; 1 no longer there\n"
    assert desk.dead() == []


def _mend(desk: Desk, letter: str) -> None:
    """What the cause of a dead letter was is no longer so."""
    fields = desk.ask("XRANGE", "pulses:dead", letter, letter)[0][1]
    said = {**dict(zip(fields[::2], fields[1::2], strict=True)), "payload": '{"amount":1}'}
    desk.ask("XADD", "pulses:dead", "*", *(word for pair in said.items() for word in pair))
    desk.ask("XDEL", "pulses:dead", letter)
