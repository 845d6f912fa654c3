from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.images.realtime.conftest import Connect, Token
from tests.images.workshop import Container

pytestmark = pytest.mark.platform
Replicas = tuple[Container, Container]


def test_every_type_of_message_is_answered(replicas: Replicas, client: Connect) -> None:
    """With the id of the question; what was published comes back to the publisher's own subscription."""
    one = client(replicas[0])
    assert one.ask(type="ping", id="a") == {"v": 1, "type": "pong", "id": "a"}
    subscribed = one.ask(type="subscribe", channel="types", id="b")
    assert (subscribed["type"], subscribed["id"]) == ("subscribed", "b")
    published = one.ask(type="publish", channel="types", payload={"n": [1, None, "ü"]}, id="c")
    assert (published["type"], published["id"]) == ("published", "c")
    assert one.collect(1) == [{"n": [1, None, "ü"]}]
    assert one.messages[0]["position"] == published["position"] > subscribed["position"]
    assert one.messages[0]["by"] == "ann"
    pulse = one.ask(type="pulse", kind="sum", payload={"values": [1]}, key="k1", id="d")
    assert (pulse["type"], pulse["key"], pulse["id"]) == ("pulse_accepted", "k1", "d")
    assert one.ask(type="unsubscribe", channel="types", id="e")["type"] == "unsubscribed"
    missed = one.ask(type="publish", channel="types", payload=2)
    resumed = one.ask(type="resume", channels={"types": subscribed["position"]}, id="f")
    assert resumed["channels"] == {"types": missed["position"]}
    assert one.collect(3) == [{"n": [1, None, "ü"]}, {"n": [1, None, "ü"]}, 2]


def test_messages_cross_replicas_in_one_order(replicas: Replicas, client: Connect) -> None:
    """Twenty of twenty connections, ten on each replica, see all messages of both publishers alike."""
    with ThreadPoolExecutor(20) as pool:
        clients = list(pool.map(client, [*replicas] * 10))
    for each in clients:
        assert each.ask(type="subscribe", channel="crowd")["type"] == "subscribed"
    for number in range(20):
        clients[number % 2].say(type="publish", channel="crowd", payload=number)
    seen = [each.collect(20) for each in clients]
    assert sorted(seen[0]) == list(range(20))
    assert all(each == seen[0] for each in seen)


def test_who_is_not_known_is_closed_with_4401(replicas: Replicas, client: Connect, token: Token) -> None:
    """A bad, expired, foreign or missing token; one in the address; a first message that is none; silence."""
    replica = replicas[0]
    for bad in ("nonsense", token(seconds=-60), token(scope="items:read")):
        refused = client(replica, bad)
        assert refused.next()["code"] == "unauthenticated"
        assert refused.closed() == 4401
    late = client(replica, None)
    assert late.ask(type="ping", id="x")["code"] == "unauthenticated"
    assert late.closed() == 4401
    assert client(replica, None).closed() == 4401


def test_a_token_comes_as_subprotocol_or_message_too(
    replicas: Replicas, client: Connect, token: Token
) -> None:
    """As browsers have to; a fresh token of the same subject keeps what the old one would end."""
    offered = client(replicas[0], None, subprotocols=["bem.v1", f"bearer.{token()}"])
    assert offered.connection.subprotocol == "bem.v1"
    assert offered.next()["subject"] == "ann"
    short = client(replicas[0], token(seconds=3))
    assert short.next()["type"] == "authenticated"
    renewed = client(replicas[0], token(seconds=3))
    assert renewed.next()["type"] == "authenticated"
    assert renewed.ask(type="auth", token=token(subject="eve"))["code"] == "forbidden"
    assert renewed.ask(type="auth", token=token(), id="r")["id"] == "r"
    assert short.closed() == 4401
    assert renewed.ask(type="ping")["type"] == "pong"


def test_what_may_not_be_said_is_refused_and_the_connection_stays(
    replicas: Replicas, client: Connect, token: Token
) -> None:
    """Channels of services, pulses without their scope, more channels than one may have."""
    one = client(replicas[0], token(scope="realtime"))
    assert one.next()["type"] == "authenticated"
    assert one.ask(type="publish", channel="pulses", payload=1)["code"] == "forbidden"
    assert one.ask(type="pulse", kind="sum", payload={})["code"] == "forbidden"
    codes = [one.ask(type="subscribe", channel=f"many-{number}").get("code") for number in range(51)]
    assert codes == [None] * 50 + ["too_many_channels"]
    assert one.ask(type="ping")["type"] == "pong"
