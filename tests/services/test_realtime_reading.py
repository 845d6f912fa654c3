import json

import pytest

from services.realtime.client_messages import MESSAGE, Ping, Pulse, Resume
from services.realtime.fault import Fault
from services.realtime.reading import DEEPEST, read
from services.realtime.schema_routes import schema_routes
from services.realtime.server_messages import ANSWER, Error, Message


def fault(text: str) -> Fault:
    """Why a text is no message."""
    with pytest.raises(Fault) as caught:
        read(text)
    return caught.value


def said(**words: object) -> str:
    """A message of version 1."""
    return json.dumps({"v": 1, **words})


def test_good_messages_are_read() -> None:
    """With their ids; a pulse and a resume with what they leave out."""
    assert read(said(type="ping", id="a")) == Ping(v=1, type="ping", id="a")
    assert read(said(type="pulse", kind="sum")) == Pulse(v=1, type="pulse", kind="sum", payload={})
    resume = read(said(type="resume", channels={"a": "1-2"}))
    assert resume == Resume(v=1, type="resume", channels={"a": "1-2"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_json"),
        ("{", "bad_json"),
        (said(type="publish", channel="a", payload=1).replace("1}", "Infinity}"), "bad_json"),
        ("[" * 100_000, "bad_json|too_deep"),
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        ("7", "invalid"),
        ("{}", "invalid"),
        (said(type="explode"), "unknown_type"),
        (said(type=None), "unknown_type"),
        (said(type="ping", more=1), "invalid"),
        (said(type="ping", id=7), "invalid"),
        (said(type="resume", channels={}), "invalid"),
        (said(type="resume", channels={"a": "1-2"}, token="x"), "invalid"),
        (said(type="pulse", kind="sum", payload=[1]), "invalid"),
        (said(type="pulse", kind="sum", payload={"a": "\0"}), "invalid"),
        (said(type="pulse", kind="sum", payload={"a": ["\ud800"]}), "invalid"),
    ],
)
def test_what_is_no_message_has_a_code(text: str, code: str) -> None:
    """And its reason does not repeat what was sent."""
    found = fault(text)
    assert found.code in code.split("|")
    assert "explode" not in found.reason


def test_a_fault_keeps_the_id_and_no_more_than_an_id() -> None:
    """An id that a good message could not have is not echoed."""
    assert fault(said(type="explode", id="mine")).name == "mine"
    assert fault(said(type="explode", id="x" * 129)).name is None
    assert fault(said(type="explode", id=["mine"])).name is None


def test_depth_is_bounded_exactly() -> None:
    """The deepest that is allowed is read; one more is not."""
    inner = DEEPEST - 1
    good = '{"v":1,"type":"publish","channel":"a","payload":' + "[" * inner + "]" * inner + "}"
    assert read(good).v == 1
    assert fault(good.replace("[", "[[", 1).replace("]", "]]", 1)).code == "too_deep"


def test_backslash_and_letters_are_not_the_character_nul() -> None:
    """They are a text like any other."""
    assert read(said(type="pulse", kind="sum", payload={"a": "\\u0000"})).v == 1


def test_answers_leave_an_absent_id_out_and_nothing_else() -> None:
    """A payload may be null."""
    message = Message(channel="a", position="1-0", by=None, payload=None)
    assert json.loads(message.text()) == {
        "v": 1, "type": "message", "channel": "a", "position": "1-0", "by": None, "payload": None,
    }  # fmt: skip
    assert json.loads(Error(id="x", code="gap", reason="y").text())["id"] == "x"
    with pytest.raises(ValueError, match="JSON"):
        Message(channel="a", position="1-0", by=None, payload=float("inf")).text()


def test_both_schemas_name_every_type() -> None:
    """Seven that a client may say, ten that the server says; each requires its type."""
    client, server = MESSAGE.json_schema(), ANSWER.json_schema(mode="serialization")
    assert set(client["discriminator"]["mapping"]) == {
        "auth", "ping", "subscribe", "unsubscribe", "publish", "pulse", "resume",
    }  # fmt: skip
    assert set(server["discriminator"]["mapping"]) == {
        "authenticated", "pong", "subscribed", "unsubscribed", "published", "message",
        "pulse_accepted", "resumed", "error", "bye",
    }  # fmt: skip
    assert client["$defs"]["Ping"]["required"] == ["v", "type"]
    assert [route.path for route in schema_routes().routes if hasattr(route, "path")] == ["/ws/schema", "/ws"]
