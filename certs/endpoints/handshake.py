"""A handshake that tells what a server shows: standard library only, so that it runs in any container too.

`python3 -I -c "<this file>" '[<arguments>, ...]'` takes and prints JSON, a result for each; parsing
certificates is the host's work.
"""

import base64
import json
import socket
import ssl
import struct
import sys
from typing import Any

POSTGRES = "postgres"
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""PostgreSQL's SSLRequest: length and code; manual, "Message Formats"."""

STARTUP = struct.pack("!ii", 22, 196608) + b"user\0nobody\0\0\0"
"""A start-up message of protocol 3.0; any user, since the answer to it tells that TLS let us in."""

SYSTEM = "system"
"""Stands for the roots that the host trusts, in a list of files."""

REQUEST = b"HEAD / HTTP/1.0\r\n\r\n"


def context(
    ca: str, certificate: str, key: str, also: tuple[str, ...] = (), *, verify: bool
) -> ssl.SSLContext:
    """A client's side: the word of the CA, and of others where some are given, counts; or nobody's."""
    made = ssl.create_default_context(cafile=ca if verify else None)
    for each in also:
        if each == SYSTEM:
            made.load_default_certs()
        else:
            made.load_verify_locations(each)
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if certificate:
        made.load_cert_chain(certificate, key)
    return made


def connect(
    host: str, port: int, server_name: str, starttls: str, seconds: float, side: ssl.SSLContext
) -> ssl.SSLSocket:
    """A TLS connection to a server, behind PostgreSQL's preamble when asked for."""
    plain = socket.create_connection((host, port), timeout=seconds)
    try:
        if starttls == POSTGRES:
            upgrade(plain)
        return side.wrap_socket(plain, server_hostname=server_name)
    except BaseException:
        plain.close()
        raise


def upgrade(plain: socket.socket) -> None:
    """Asks PostgreSQL for TLS on a plain connection."""
    plain.sendall(SSL_REQUEST)
    if plain.recv(1) != b"S":
        raise ConnectionRefusedError(None, "the server offers no TLS")


def shake(  # noqa: PLR0913, PLR0917  # one word each for what a handshake is made of
    host: str,
    port: int,
    server_name: str,
    ca: str,
    certificate: str = "",
    key: str = "",
    starttls: str = "",
    seconds: float = 5,
    ask: bool = False,
    also: tuple[str, ...] = (),
) -> dict[str, str]:
    """Shakes hands with the CA's judgement; when that does not hold, once more without, to see what is shown.

    Returns:
        `leaf` (DER, base64), `reason` (empty when chain and name verify) and, when asked, `refused` (empty
        when the server answered). With TLS 1.3 a refused client finishes its handshake: only an answer tells.
        `error` alone when there was no handshake at all.
    """
    refused = ""
    try:
        judging = context(ca, certificate, key, also, verify=True)
        with connect(host, port, server_name, starttls, seconds, judging) as judged:
            der, reason = judged.getpeercert(binary_form=True) or b"", ""
            if ask:
                refused = refusal_of(judged, starttls)
    except OSError as error:
        reason = reason_of(error)
        try:
            open_eyed = context(ca, certificate, key, verify=False)
            with connect(host, port, server_name, starttls, seconds, open_eyed) as seen:
                der = seen.getpeercert(binary_form=True) or b""
        except OSError as silence:
            return {"error": reason_of(silence)}
    return {"leaf": base64.b64encode(der).decode(), "reason": reason, "refused": refused}


def refusal_of(connection: ssl.SSLSocket, starttls: str) -> str:
    """Why the server does not talk with us after the handshake; empty when it does."""
    try:
        connection.sendall(STARTUP if starttls == POSTGRES else REQUEST)
        return "" if connection.recv(1) else "the connection was closed without an answer"
    except OSError as error:
        return reason_of(error)


def reason_of(error: OSError) -> str:
    """One short sentence for an error of a connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(getattr(error, "reason", "") or error.strerror or error)


def each_of(asked: list[dict[str, Any]]) -> list[dict[str, str]]:
    """All at the same time: a silent server keeps nobody waiting but itself."""
    if len(asked) == 1:
        return [shake(**asked[0])]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # what most do not pay

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda each: shake(**each), asked))


if __name__ == "__main__":
    json.dump(each_of(json.loads(sys.argv[1])), sys.stdout)
