import json
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed

from tests.images.realtime.client import Client, Frame
from tests.images.realtime.conftest import Connect, Replica
from tests.images.workshop import Container, healthy, logs, until

pytestmark = pytest.mark.platform
Replicas = tuple[Container, Container]


class Stream:
    """Publishes numbers from a thread, and keeps those that were acknowledged.

    Attributes:
        kept: the numbers, in their order.
        refused: the error frames.
    """

    def __init__(self, client: Client, channel: str) -> None:
        self.kept: list[int] = []
        self.refused: list[Frame] = []
        self._client, self._channel = client, channel
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(0.02):
            number += 1
            answer = self._client.ask(type="publish", channel=self._channel, payload=number)
            if answer["type"] == "published":
                self.kept.append(number)
            else:
                self.refused.append(answer)

    def reach(self, more: int) -> None:
        """Waits until so many more were acknowledged."""
        goal = len(self.kept) + more
        until(lambda: len(self.kept) >= goal, 30)

    def end(self) -> list[int]:
        """Stops, and gives what was acknowledged."""
        self._stop.set()
        self._thread.join(20)
        return self.kept


def heard(client: Client, last: int) -> list[int]:
    """The numbers that a client got, up to one."""
    while not client.messages or client.messages[-1]["payload"] < last:
        client.next()
    return [message["payload"] for message in client.messages]


def test_a_killed_replica_costs_no_message(replicas: Replicas, start: Replica, client: Connect) -> None:
    """The client resumes elsewhere behind the last one that it has, and gets each of the others once."""
    doomed = start()
    listener = client(doomed)
    position = listener.ask(type="subscribe", channel="kill")["position"]
    stream = Stream(client(replicas[1]), "kill")
    listener.collect(10, 30)
    doomed.kill()
    try:
        while True:
            listener.next()
    except ConnectionClosed:
        position = listener.messages[-1]["position"]
    stream.reach(20)
    again = client(replicas[0])
    resumed = again.ask(type="resume", channels={"kill": position})
    assert set(resumed["channels"]) == {"kill"}
    stream.reach(10)
    kept = stream.end()
    assert [message["payload"] for message in listener.messages] + heard(again, kept[-1]) == kept


def test_a_replica_that_stops_says_goodbye_with_a_token_that_loses_nothing(
    replicas: Replicas, start: Replica, client: Connect
) -> None:
    """1012 for all, not all at once; who comes too late is sent on; with the token nothing is missed."""
    leaving = start()
    listeners = [client(leaving) for _ in range(10)]
    for each in listeners:
        each.ask(type="subscribe", channel="drain")
    stream = Stream(client(replicas[1]), "drain")
    stream.reach(5)
    stopping = threading.Thread(target=lambda: leaving.stop(timeout=40))
    stopping.start()
    ends: list[tuple[float, int]] = []

    def listen(listener: Client) -> None:
        bye: Frame = {}
        try:
            while True:
                frame = listener.next()
                bye = frame if frame["type"] == "bye" else bye
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            ends.append((time.monotonic(), code))
            assert bye["code"] == code
        again = client(replicas[0])
        again.ask(type="resume", token=bye["resume"])
        listener.messages += again.messages
        listener.connection = again.connection

    threads = [threading.Thread(target=listen, args=(each,)) for each in listeners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    stopping.join(40)
    kept = stream.end()
    assert [code for _, code in ends] == [1012] * 10
    assert max(ends)[0] - min(ends)[0] > 1
    for each in listeners:
        assert heard(each, kept[-1]) == kept
    assert leaving.wait()["StatusCode"] == 0


def test_redis_killed_and_back(replicas: Replicas, cache: Container, client: Connect) -> None:
    """Connections stay, publishing is refused meanwhile, and afterwards nothing acknowledged is missing."""
    listeners = [client(replica) for replica in replicas]
    for each in listeners:
        each.ask(type="subscribe", channel="redis")
    publisher = client(replicas[0])
    stream = Stream(publisher, "redis")
    stream.reach(10)
    cache.kill()
    until(lambda: len(stream.refused) > 1, 20)
    assert {answer["code"] for answer in stream.refused} == {"unavailable"}
    assert listeners[1].ask(type="subscribe", channel="other")["code"] == "unavailable"
    assert listeners[1].ask(type="ping")["type"] == "pong"
    cache.start()
    until(lambda: healthy(cache)[0], 30)
    stream.reach(10)
    kept = stream.end()
    for each in listeners:
        numbers = heard(each, kept[-1])
        assert numbers == sorted(set(numbers))
        assert set(kept) <= set(numbers)


def test_redis_frozen_and_back(replicas: Replicas, cache: Container, client: Connect) -> None:
    """It takes the bytes and says nothing: told in seconds, connections stay, nothing kept is lost."""
    listeners = [client(replica) for replica in replicas]
    for each in listeners:
        each.ask(type="subscribe", channel="frozen")
    stream = Stream(client(replicas[0]), "frozen")
    stream.reach(10)
    cache.pause()
    try:
        until(lambda: len(stream.refused) > 0, 20)
        assert {answer["code"] for answer in stream.refused} == {"unavailable"}
        assert listeners[1].ask(type="ping")["type"] == "pong"
    finally:
        cache.unpause()
    until(lambda: healthy(cache)[0], 30)
    stream.reach(10)
    kept = stream.end()
    for each in listeners:
        numbers = heard(each, kept[-1])
        assert numbers == sorted(set(numbers))
        assert set(kept) <= set(numbers)


def test_a_position_older_than_what_is_kept_is_a_gap(replicas: Replicas, client: Connect) -> None:
    """Said before what is still there; a position within it is none, and an unknown channel neither."""
    one = client(replicas[1])
    first = one.ask(type="publish", channel="gap", payload=0)["position"]
    for number in range(1, 1200):
        one.say(type="publish", channel="gap", payload=number)
    last = [one.answer() for _ in range(1, 1200)][-1]["position"]
    other = client(replicas[0])
    gap = other.ask(type="resume", channels={"gap": first}, id="g")
    assert (gap["type"], gap["code"], gap["details"]["channel"]) == ("error", "gap", "gap")
    assert other.answer()["channels"] == {"gap": last}
    numbers = [message["payload"] for message in other.messages]
    assert 500 <= len(numbers) < 1199
    assert numbers == list(range(numbers[0], 1200))
    assert other.ask(type="resume", channels={"gap": last, "fresh": last})["type"] == "resumed"


def test_too_many_connections_are_told_to_try_later(start: Replica, client: Connect) -> None:
    """1013 with an error frame; those inside stay, and one that leaves makes room."""
    small = start(REALTIME_MAX_CONNECTIONS="3")
    inside = [client(small) for _ in range(3)]
    outside = client(small, None)
    assert outside.next()["code"] == "full"
    assert outside.closed() == 1013
    assert inside[0].ask(type="ping")["type"] == "pong"
    inside[0].connection.close()
    until(lambda: client(small, None).ask(type="ping").get("code") == "unauthenticated", 10)


def test_no_replica_failed_inside(replicas: Replicas) -> None:
    """All these were foreseen: no log line has a traceback."""
    for replica in replicas:
        lines = [json.loads(line) for line in logs(replica).splitlines()]
        assert [line for line in lines if "traceback" in line or line["level"] == "error"] == []
