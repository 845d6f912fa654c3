import asyncio
import json

import pytest
from redis.asyncio import Redis
from starlette.types import Scope

from infra.bem import realtime_environment
from infra.sections.services import Realtime
from services.realtime.bucket import ABUSE, BYTES, Bucket
from services.realtime.commands import Commands
from services.realtime.configuration import Configuration, from_environment
from services.realtime.credentials import token_of
from services.realtime.fault import Fault
from services.realtime.hub import Hub, message_frame
from services.realtime.positions import LARGEST, opened, position, resume_token, word
from services.realtime.streams import Retention, Streams, gap


class Listener:
    """A member that keeps the payloads it gets."""

    def __init__(self) -> None:
        self.payloads: list[object] = []

    def take(self, data: bytes) -> None:
        """See `Member`."""
        self.payloads.append(json.loads(data[data.index(b"{") :])["payload"])


@pytest.fixture
def hub() -> Hub:
    """A hub over a Redis that nobody answers for: joining and giving do not ask it."""
    return Hub(Streams(Commands(Redis(host="127.0.0.1", port=1)), Retention(10, 10)), "realtime:wake:test")


def entry(payload: object) -> dict[bytes, bytes]:
    """The fields of a message."""
    return {b"data": json.dumps(payload).encode()}


def test_members_get_what_is_after_their_place_once(hub: Hub) -> None:
    """Who has more than the channel was read is not given it again; who has less must catch up first."""
    early, ahead, behind = Listener(), Listener(), Listener()
    assert hub.join(early, "a", (1, 0))
    assert hub.join(ahead, "a", (3, 0))
    for number in (2, 3, 4, 3):
        hub.give("a", (number, 0), entry(number))
    assert not hub.join(behind, "a", (3, 0))
    assert hub.join(behind, "a", (4, 0))
    hub.give("a", (5, 0), entry(5))
    assert (early.payloads, ahead.payloads, behind.payloads) == ([2, 3, 4, 5], [4, 5], [5])
    assert hub.place(ahead, "a") == (5, 0)


def test_a_channel_without_members_is_not_read(hub: Hub) -> None:
    """And what still comes for it goes nowhere."""
    listener = Listener()
    hub.join(listener, "a", (1, 0))
    hub.leave(listener, "a")
    hub.leave(listener, "a")
    hub.give("a", (2, 0), entry(2))
    assert (hub.channels, listener.payloads) == ({}, [])


def test_what_a_service_writes_wrongly_is_passed_on_as_text() -> None:
    """Its fields, so that the reader goes on."""
    frame = message_frame("a", (1, 0), {b"data": b"{", b"x": b"\xff"})
    assert json.loads(frame[frame.index(b"{") :])["payload"] == {
        "data": "{",
        "x": "\N{REPLACEMENT CHARACTER}",
    }


def test_redis_away_is_a_fault_for_each_who_asks() -> None:
    """All are told, soon, and the next ones too."""

    async def ask() -> list[object]:
        commands = Commands(Redis(host="127.0.0.1", port=1))
        sending = asyncio.create_task(commands.run())
        answers = await asyncio.gather(*(commands.ask(("PING",)) for _ in range(5)), return_exceptions=True)
        answers += await asyncio.gather(commands.ask(("PING",)), return_exceptions=True)
        sending.cancel()
        return list(answers)

    faults = asyncio.run(ask())
    assert [fault.code for fault in faults if isinstance(fault, Fault)] == ["unavailable"] * 6


@pytest.mark.parametrize(
    ("oldest", "trimmed", "aged", "expected"),
    [
        ((5, 0), False, False, False),
        ((5, 0), True, False, False),
        ((7, 0), True, False, True),
        ((7, 0), False, False, False),
        ((7, 0), False, True, True),
        (None, False, False, False),
        (None, False, True, True),
    ],
)
def test_a_gap_is_what_may_be_missing(
    oldest: tuple[int, int] | None, *, trimmed: bool, aged: bool, expected: bool
) -> None:
    """Behind place 6: only where something newer than it may have gone."""
    assert gap((6, 0), oldest, trimmed=trimmed, aged=aged) is expected


def test_positions_and_tokens_come_back() -> None:
    """As they were; what is none is refused."""
    assert position(word((LARGEST, 3))) == (LARGEST, 3)
    assert opened(resume_token({"a": (1, 2), "b:c": (3, 0)})) == {"a": "1-2", "b:c": "3-0"}
    for bad in ("", "1", "1-", "-1-2", f"{LARGEST + 1}-0", "1-2\n"):
        with pytest.raises(ValueError, match="position"):
            position(bad)
    for token in ("", "?", "W10", "e30" * 3):
        with pytest.raises(ValueError, match="token"):
            opened(token)


def test_a_bucket_refills_and_tells_abuse() -> None:
    """A burst of twice the rate, then the rate; large messages cost more; only persistence is abuse."""
    bucket = Bucket(rate=10, now=0)
    assert [bucket.take(0, 0) for _ in range(20)] == [0] * 20
    assert bucket.take(0, 0) == pytest.approx(0.1)
    assert bucket.take(0, 0.11) == 0
    assert bucket.take(9 * BYTES, 0.5) > 0
    assert bucket.take(9 * BYTES, 2) == 0
    assert not bucket.abused
    for _ in range(2 * ABUSE):
        bucket.take(0, 2)
    assert bucket.abused


def scope(query: str = "", *offered: str) -> Scope:
    """Of a handshake."""
    return {"query_string": query.encode(), "subprotocols": list(offered)}


def test_a_token_is_found_where_it_may_be() -> None:
    """In a header or a subprotocol; in the address it is refused, since addresses end in logs."""
    assert token_of(scope(), {"authorization": "Bearer abc"}) == "abc"
    assert token_of(scope("", "bem.v1", "bearer.abc"), {}) == "abc"
    assert token_of(scope("other=1", "bem.v1"), {}) is None
    for query, header in (("token=abc", ""), ("", "Basic abc"), ("", "Bearer")):
        with pytest.raises(Fault) as caught:
            token_of(scope(query), {"authorization": header})
        assert caught.value.code == "unauthenticated"


def test_the_stack_tells_the_service_its_bounds() -> None:
    """Every key, under the name that the service reads; the defaults of both are the same."""
    environment = realtime_environment(Realtime())
    assert len(environment) == len(Configuration.__dataclass_fields__)
    assert from_environment(environment) == Configuration() == from_environment({})
    assert from_environment({"REALTIME_MAX_MESSAGE": "2048"}).max_message == 2048
    for bad in ("0", "-1", "many", ""):
        with pytest.raises(ValueError, match="REALTIME_MAX_MESSAGE"):
            from_environment({"REALTIME_MAX_MESSAGE": bad})
