"""Certificates that no server may take, and every server of a deployment asked with one of them."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

from certs.ca.authority import authority
from certs.endpoints import endpoint, handshake, vantage
from certs.endpoints.endpoint import Endpoint
from certs.pairs import leaf, named, store
from certs.pairs.leaf import Leaf, issue
from operation.containers import container, execute
from operation.stack import Stack
from tests.certs import resumption
from tests.certs.conftest import turned

NAME = "visitor"
OPEN = {"load-balancer", "object-store"}
"""Their clients show tokens or sign their requests; all others must show a certificate."""

UNAWARE = {
    "cache",
    "prometheus",
    "alertmanager",
    "database-exporter",
    "cache-exporter",
    "node-exporter",
    "blackbox-exporter",
}
"""Redis and Go's programs know no lists (docs/decisions.md, «What a revocation does not reach»)."""

SHOW = """umask 077
printf %s "$CERT" | base64 -d >/tmp/shown.pem
printf %s "$KEY" | base64 -d >/tmp/shown.key
python3 -I -c "$PROGRAM" "[$WORDS]"
rm -f /tmp/shown.pem /tmp/shown.key"""


def bad_ones(stack: Stack, folder: Path) -> dict[str, Leaf]:
    """By what is wrong with each: everything else is right."""
    wish = named.wish(stack, NAME, "client")
    signer = authority(stack)
    other = Stack(stack.name, folder, {})
    server = wish.model_copy(update={"server": True, "client": False})
    with turned(-100), mock.patch.object(leaf, "_within"):
        old = issue(stack, wish, signer)
    return {
        "another CA": issue(other, wish, authority(other)),
        "expired": old,
        "not for clients": issue(stack, server, signer),
    }


def kept(stack: Stack, name: str) -> Leaf:
    """A pair that `certs.issue` made."""
    folder = stack.folder / "certs" / store.NAMED / name
    found = store.certificate(stack, name, store.NAMED)
    assert found
    return Leaf(found, (folder / "cert.pem").read_bytes(), (folder / "key.pem").read_bytes(), b"")


def mutual(stack: Stack) -> list[Endpoint]:
    """The servers that ask for a certificate."""
    return [each for each in endpoint.endpoints(stack) if each.party not in OPEN]


def refusing(stack: Stack, pair: Leaf) -> dict[str, str]:
    """Which servers refuse a client with that pair, and their words; who takes it is missing."""
    with ThreadPoolExecutor(4) as pool:
        said = dict(pool.map(lambda each: (each.party, _asked(stack, each, pair)), mutual(stack)))
    return {party: words for party, words in said.items() if words}


def resumed(stack: Stack, pair: Leaf) -> dict[str, dict[str, list[str]]]:
    """How a client fared that came twice with that pair, by server and protocol."""
    program = {
        "PROGRAM": Path(resumption.__file__).read_text(),
        "SHAKE": Path(handshake.__file__).read_text(),
    }
    with ThreadPoolExecutor(4) as pool:
        said = pool.map(
            lambda each: (each.party, json.loads(_shown(stack, each, pair, program))), mutual(stack)
        )
        return dict(said)


def _asked(stack: Stack, asked: Endpoint, pair: Leaf) -> str:
    """With a question behind the handshake: TLS 1.3 refuses after it."""
    program = {"PROGRAM": Path(handshake.__file__).read_text()}
    found: dict[str, str] = json.loads(_shown(stack, asked, pair, program))[0]
    return found.get("error", "") or found["reason"] or found["refused"]


def _shown(stack: Stack, asked: Endpoint, pair: Leaf, program: dict[str, str]) -> str:
    """What a program says that asks from within the server's container, with that pair."""
    [words] = json.loads(vantage.probe(asked)[-1])
    words |= {"certificate": "/tmp/shown.pem", "key": "/tmp/shown.key", "ask": True}  # noqa: S108
    environment = {
        "CERT": base64.b64encode(pair.chain).decode(),
        "KEY": base64.b64encode(pair.key).decode(),
        "WORDS": json.dumps(words),
        **program,
    }
    return execute(container(stack, asked.party), ["sh", "-c", SHOW], environment=environment).stdout
