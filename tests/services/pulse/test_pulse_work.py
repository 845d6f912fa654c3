from collections.abc import Mapping

import pytest

from services.pulse.batch import together
from services.pulse.kinds import KINDS, Outcome, Refused
from services.pulse.pulse import Entry, read
from services.pulse.work import DELIVERIES, worked


def entry(kind: str = "count", payload: str = "{}", key: str = "k", deliveries: int = 1) -> Entry:
    """An entry of the stream."""
    fields = {"key": key, "kind": kind, "payload": payload, "at": "", "request_id": ""}
    return Entry(b"1764072000123-4", {n.encode(): v.encode() for n, v in fields.items()}, deliveries)


def broken(_payload: Mapping[str, object]) -> Outcome:
    """A handler with a fault."""
    raise KeyError("x")


def unspeakable(_payload: Mapping[str, object]) -> Outcome:
    """A handler whose result is no JSON."""
    return Outcome({"result": float("nan")}, KINDS["count"]({}).amount)


@pytest.mark.parametrize(
    ("kind", "payload", "result", "amount"),
    [
        ("count", "{}", '{"counted": 1}', "1"),
        ("count", '{"amount": -3}', '{"counted": -3}', "-3"),
        ("measure", '{"values": [1, 0.1, 0.2]}', '"least": 0.1', "1.3"),
        ("measure", '{"value": 0.5}', '"mean": 0.5', "0.5"),
    ],
)
def test_a_handler_runs(kind: str, payload: str, result: str, amount: str) -> None:
    """Its result is JSON, its amount exact."""
    done = worked([entry(kind, payload)], KINDS).done[0]
    assert result in done.text
    assert str(done.outcome.amount) == amount


@pytest.mark.parametrize(
    ("kind", "payload", "reason", "sentence"),
    [
        ("teleport", "{}", "unknown-kind", "no handler for 'teleport'; known: count, measure"),
        ("count", "{", "invalid", "the payload is no JSON"),
        ("count", "[1]", "invalid", "the payload is no JSON object"),
        ("count", '{"amount": NaN}', "invalid", "the payload is no JSON"),
        ("count", "[" * 100_000, "invalid", "the payload is no JSON"),
        ("count", '{"amount": true}', "invalid", "amount must be a whole number"),
        ("count", '{"amount": 1e400}', "invalid", "amount must be a whole number"),
        ("measure", '{"values": []}', "invalid", "values must be a list"),
        ("measure", '{"values": [1e400]}', "invalid", "values must lie"),
        ("measure", '{"values": ["1"]}', "invalid", "values must be numbers"),
    ],
)
def test_poison_is_refused_with_a_reason(kind: str, payload: str, reason: str, sentence: str) -> None:
    """And good ones in the same batch are done."""
    result = worked([entry(), entry(kind, payload), entry()], KINDS)
    assert len(result.done) == 2
    assert result.refused[0][1] == reason
    assert result.refused[0][2].startswith(sentence)


@pytest.mark.parametrize("handler", [broken, unspeakable])
def test_a_handler_that_fails_is_tried_again(handler: object) -> None:
    """It is no fault of the pulse, and none of its neighbours'."""
    result = worked([entry("odd"), entry()], {**KINDS, "odd": handler})  # type: ignore[dict-item]
    assert (len(result.done), len(result.refused), len(result.failed)) == (1, 0, 1)


def test_a_pulse_that_ends_its_workers_is_given_up() -> None:
    """At its last delivery it is still tried."""
    tried = worked([entry(deliveries=DELIVERIES)], KINDS)
    given_up = worked([entry(deliveries=DELIVERIES + 1)], KINDS)
    assert (len(tried.done), given_up.refused[0][1]) == (1, "undeliverable")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b"])
def test_a_key_that_cannot_be_kept_is_refused(key: str) -> None:
    """Also one that is missing, or no UTF-8."""
    with pytest.raises(Refused):
        read(entry(key=key))
    with pytest.raises(Refused, match="no key"):
        read(Entry(b"1-0", {}))
    with pytest.raises(Refused, match="no UTF-8"):
        read(Entry(b"1-0", {b"key": b"\xff"}))


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        (b"2026-11-25T12:00:00+00:00", 1795608000.0),
        (b"1764072000.5", 1764072000.5),
        (b"", 1764072000.123),
        (b"soon\xff", 1764072000.123),
    ],
)
def test_when_a_pulse_was_accepted(at: bytes, seconds: float) -> None:
    """As its sender says; else as the id in the stream says."""
    assert Entry(b"1764072000123-4", {b"at": at}).accepted == seconds


def test_what_was_given_before_goes_alone() -> None:
    """So that a pulse which ends its worker takes no others along."""
    new, again = entry(), entry(deliveries=2)
    assert together([new, again, new, again]) == [[new, new], [again], [again]]
    assert together([again]) == [[again]]
