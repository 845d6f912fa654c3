import json
import os
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from websockets.exceptions import WebSocketException
from websockets.frames import OP_BINARY, OP_CLOSE, OP_CONT, OP_PING, OP_TEXT, Frame, Opcode

from tests.images.realtime.conftest import Connect, Token
from tests.images.workshop import Container, logs, port, until

pytestmark = pytest.mark.platform
Replicas = tuple[Container, Container]

HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Authorization: Bearer {}\r\n\r\n"
)
OPENS = int(os.environ.get("BEM_OPENS", "1000"))
"""`BEM_OPENS=10000 ./ops test tests/images/realtime/test_realtime_hostile.py` opens more."""

GROWTH = 60
"""MiB that a replica may keep after an attack: the allocator gives back late what connections had."""


def close_by(replica: Container) -> socket.socket:
    """A connection past Docker's proxy, whose buffers would hide that nobody reads; its own is small."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(10)
    replica.reload()
    networks = replica.attrs["NetworkSettings"]["Networks"]
    plain.connect((next(iter(networks.values()))["IPAddress"], 8443))
    return plain


@contextmanager
def raw(
    replica: Container, context: ssl.SSLContext, bearer: str, plain: socket.socket | None = None
) -> Iterator[ssl.SSLSocket]:
    """A connection after the upgrade, for bytes that no library would send."""
    with (
        plain or socket.create_connection(("127.0.0.1", port(replica, 8443)), 10) as bare,
        context.wrap_socket(bare, server_hostname="localhost") as wire,
    ):
        wire.sendall(HANDSHAKE.format(bearer).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += wire.recv(1)
        assert head.startswith(b"HTTP/1.1 101")
        yield wire


def end(wire: ssl.SSLSocket) -> int:
    """The code in the server's close frame; 0 when it just goes."""
    return rest(wire)[0]


def rest(wire: ssl.SSLSocket) -> tuple[int, list[bytes]]:
    """The code, and the texts before it."""
    data, texts = b"", list[bytes]()
    with suppress(OSError):
        while chunk := wire.recv(65536):
            data += chunk
    place = 0
    while place + 2 <= len(data):
        size, start = data[place + 1], place + 2
        if size == 126:
            size, start = int.from_bytes(data[start : start + 2]), start + 2
        if data[place] & 0x0F == OP_CLOSE:
            return int.from_bytes(data[start : start + 2]), texts
        texts.append(data[start : start + size])
        place = start + size
    return 0, texts


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """A client's frame."""
    return Frame(opcode, data, fin=fin).serialize(mask=True)


def counter(replica: Container, metric: str) -> float:
    """What the replica counts."""
    script = (
        "import ssl,urllib.request as u;c=ssl.create_default_context(cafile='/certs/current/ca.pem');"
        "c.load_cert_chain('/certs/current/cert.pem','/certs/current/key.pem');"
        "print(u.urlopen('https://localhost:8443/metrics',context=c).read().decode())"
    )
    lines = replica.exec_run(["python3", "-c", script]).output.decode().splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(metric)), 0)


def memory(replica: Container) -> float:
    """MiB of the replica's Python process."""
    script = "grep -h VmRSS /proc/[0-9]*/status | sort -k2 -n | tail -1"
    return int(replica.exec_run(["sh", "-c", script]).output.split()[1]) / 1024


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"\xff\xff", 1007),
        (b"{" * 20_000, 1009),
    ],
)
def test_a_message_that_is_no_text_or_too_large_closes_with_its_own_code(
    replicas: Replicas, context: ssl.SSLContext, token: Token, said: bytes, code: int
) -> None:
    """Invalid UTF-8 is 1007, an oversized message 1009."""
    with raw(replicas[0], context, token()) as wire:
        wire.sendall(masked(OP_TEXT, said))
        assert end(wire) == code


def test_bad_frames_close_with_1002_and_many_pieces_with_1009(
    replicas: Replicas, context: ssl.SSLContext, token: Token
) -> None:
    """What the protocol forbids; 10 MB at once, a message in many parts, and empty parts without end."""
    wrong = (
        bytes([0xF1, 0x80]) + os.urandom(4),
        bytes([0x83, 0x80]) + os.urandom(4),
        Frame(OP_TEXT, b"{}").serialize(mask=False),
        bytes([0x89, 0xFE, 0x00, 0x7E]) + bytes(130),
        masked(OP_CONT, b"x"),
        masked(OP_TEXT, b"x", fin=False) + masked(OP_TEXT, b"x"),
        masked(OP_CLOSE, b"\x03"),
    )
    for each in wrong:
        with raw(replicas[0], context, token()) as wire:
            wire.sendall(each)
            assert end(wire) == 1002
    large = (
        masked(OP_TEXT, b"x" * 10_000_000),
        masked(OP_TEXT, b"x", fin=False) + masked(OP_CONT, b"x" * 5000, fin=False) * 100,
        masked(OP_TEXT, b"", fin=False) + masked(OP_CONT, b"", fin=False) * 5000,
        masked(OP_BINARY, b"", fin=False) + masked(OP_CONT, b"", fin=False) * 5000,
    )
    for each in large:
        with raw(replicas[0], context, token()) as wire:
            with suppress(OSError):
                wire.sendall(each)
            assert end(wire) == 1009


def test_nonsense_is_answered_and_the_connection_stays(replicas: Replicas, client: Connect) -> None:
    """Each with its code, and with the id where there is one; binary frames and pings in pieces included."""
    one = client(replicas[0])
    cases = {
        "": "bad_json",
        "hello": "bad_json",
        '{"v":1,"type":"ping"': "bad_json",
        '{"v":1,"type":"publish","channel":"a","payload":NaN}': "bad_json",
        '{"v":1,"type":"publish","channel":"a","payload":1e999}': "bad_json",
        '{"v":1,"type":"publish","channel":"a","payload":' + "9" * 5000 + "}": "bad_json",
        "[" * 8000: "bad_json",
        "[" * 8000 + "]" * 8000: "too_deep",
        '{"a":' * 2000 + "1" + "}" * 2000: "too_deep",
        "null": "invalid",
        "[]": "invalid",
        "{}": "invalid",
        '{"v":2,"type":"ping"}': "invalid",
        '{"v":1,"type":"explode"}': "unknown_type",
        '{"v":1,"type":["ping"]}': "unknown_type",
        '{"v":1,"type":"ping","more":1}': "invalid",
        '{"v":1,"type":"subscribe","channel":"A B"}': "invalid",
        '{"v":1,"type":"subscribe","channel":"' + "x" * 101 + '"}': "invalid",
        '{"v":1,"type":"resume"}': "invalid",
        '{"v":1,"type":"resume","token":"????"}': "invalid",
        '{"v":1,"type":"resume","channels":{"a":"0"}}': "invalid",
        '{"v":1,"type":"resume","channels":{"a":"99999999999999999999-0"}}': "invalid",
        '{"v":1,"type":"pulse","kind":"sum","payload":{"a":"\\u0000"}}': "invalid",
        '{"v":1,"type":"publish","channel":"\\ud800","payload":1}': "invalid",
    }
    for text, code in cases.items():
        one.connection.send(text)
        assert one.answer()["code"] == code, text[:60]
    one.connection.send(b"\x00\x01")
    assert one.answer()["code"] == "binary"
    assert one.ask(type="explode", id="mine")["id"] == "mine"
    one.connection.send(["{", '"v":1,', '"type":', '"ping"}'])
    assert one.answer()["type"] == "pong"
    assert one.ask(type="publish", channel="odd", payload="\ud800")["type"] in {"published", "error"}
    assert one.ask(type="ping")["type"] == "pong"


def test_who_says_too_much_is_told_and_at_last_closed_with_1008(replicas: Replicas, client: Connect) -> None:
    """A burst is refused in part; others are served meanwhile."""
    one, other = client(replicas[0]), client(replicas[0])
    for _ in range(600):
        with suppress(WebSocketException):
            one.say(type="ping")
    assert other.ask(type="ping")["type"] == "pong"
    limited = next(frame for frame in iter(one.next, None) if frame["type"] == "error")
    assert limited["code"] == "rate_limited"
    assert limited["details"]["retry_after"] > 0
    assert one.closed() == 1008


def test_a_slow_reader_is_closed_with_1013_and_resumes(
    replicas: Replicas, client: Connect, context: ssl.SSLContext, token: Token
) -> None:
    """What waits for it is bounded; others miss nothing; with the token of its goodbye neither does it."""
    before = memory(replicas[0])
    publishers, fast = [client(replicas[1]) for _ in range(8)], client(replicas[0])
    wide = {"type": "publish", "channel": "wide", "payload": "x" * 12_000}
    fast.ask(type="subscribe", channel="wide")
    with raw(replicas[0], context, token(), close_by(replicas[0])) as slow:
        slow.sendall(masked(OP_TEXT, b'{"v":1,"type":"subscribe","channel":"wide"}'))
        until(lambda: counter(replicas[0], 'bem_realtime_received_total{type="subscribe"}') >= 2, 5)
        with ThreadPoolExecutor(len(publishers)) as pool:
            list(pool.map(lambda each: each.say(**wide), publishers * 10))
        fast.collect(80, 60)
        code, texts = rest(slow)
    assert memory(replicas[0]) - before < GROWTH
    assert code == 1013
    heard = [json.loads(text) for text in texts]
    seen = [frame["position"] for frame in heard if frame["type"] == "message"]
    again = client(replicas[1])
    again.ask(type="resume", token=heard[-1]["resume"])
    again.collect(80 - len(seen), 60)
    wanted = [message["position"] for message in fast.messages]
    assert seen + [message["position"] for message in again.messages] == wanted


def test_opens_by_the_thousand_leave_nothing_behind(
    replicas: Replicas, client: Connect, context: ssl.SSLContext, token: Token
) -> None:
    """Half-open ones, silent ones, ones that vanish: the next is served, and the memory stays bounded."""
    bearer = token()
    client(replicas[0]).ask(type="ping")
    before = memory(replicas[0])

    def vanish(number: int) -> None:
        if number % 4 == 0:
            socket.create_connection(("127.0.0.1", port(replicas[0], 8443)), 20).close()
            return
        with raw(replicas[0], context, bearer) as wire:
            if number % 4 == 1:
                wire.sendall(masked(OP_PING, b"x") * 50)
            if number % 4 == 2:
                wire.sendall(masked(OP_TEXT, b'{"v":1,"type":"subscribe","channel":"gone"}')[:-3])

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(vanish, range(OPENS)))
    assert client(replicas[0]).ask(type="ping")["type"] == "pong"
    assert memory(replicas[0]) - before < GROWTH


def test_nothing_of_all_that_was_an_internal_error(replicas: Replicas) -> None:
    """No 1011 in the counters, no error in the log; yet there were closes to be counted."""
    for replica in replicas:
        lines = [json.loads(line) for line in logs(replica).splitlines()]
        assert [line for line in lines if "traceback" in line or line["level"] == "error"] == []
        assert counter(replica, 'bem_realtime_closes_total{code="1011"}') == 0
        assert counter(replica, 'bem_realtime_closes_total{code="1000"}') > 0
    assert counter(replicas[0], 'bem_realtime_closes_total{code="1009"}') > 0
    assert counter(replicas[0], "bem_realtime_slow_clients_total") > 0
