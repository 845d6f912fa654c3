"""A trial: a handshake in memory with a pair that is to serve, as a client would shake hands."""

import ssl
from pathlib import Path

from certs.acme.trouble import SERVES_ON
from operation.failure import Failure

ROUNDS = 10
"""Turns of two sides in memory; a handshake takes three."""


def trial(client: ssl.SSLContext, folder: Path, names: tuple[str, ...]) -> None:
    """Verifies chain, key and every name with OpenSSL, and with what clients trust.

    Args:
        client: whom clients trust.
        folder: with `cert.pem` (the chain) and `key.pem`.
        names: that clients ask for.

    Raises:
        Failure: when a client would refuse it.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        for name in names:
            _shake(server, client, name.replace("*", "any", 1))
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or str(error)
        raise Failure(
            f"clients would refuse the certificate that the ACME server gave: {why}.",
            SERVES_ON,
            "a private server's root belongs into certificates.acme.ca_file; then `invoke certs.acme` again.",
        ) from error


def _shake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    )
    for _ in range(ROUNDS):
        done = [_step(side) for side in sides]  # both, whatever the first says
        if all(done):
            return
    raise ssl.SSLError(1, "no end of the handshake")


def _step(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
