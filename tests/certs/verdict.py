"""What others say of certificates: OpenSSL's `verify`, a handshake of Python's ssl, and a public linter."""

import contextlib
import io
import re
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from cryptography import x509
from pkilint.bin import lint_crl, lint_pkix_cert

from certs.ca.signature import pem
from certs.pairs.leaf import Leaf

SINGLE_LABEL = re.compile(r'pkix\.invalid_domain_name_syntax .*: "[a-z0-9-]+"$')
"""What pkilint says of DNS names without a dot, such as `database`; RFC 1034, section 3.5, allows them."""


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs openssl."""
    argv = ["openssl", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def by_openssl(folder: Path, leaf: Leaf, root: x509.Certificate, *options: str | Path) -> str:
    """What `openssl verify` says of a leaf, from the root alone; empty when it is good."""
    for name, content in (("leaf.pem", leaf.chain), ("chain.pem", leaf.chain), ("root.pem", pem(root))):
        (folder / name).write_bytes(content)
    files = ("-CAfile", folder / "root.pem", "-untrusted", folder / "chain.pem", folder / "leaf.pem")
    done = openssl("verify", *options, *files)
    return "" if done.returncode == 0 else done.stderr


def by_ssl(port: int, name: str, ca: Path, pair: Path | None = None) -> str:
    """How a handshake with Python's ssl ends, the first answer read; empty when it is good.

    Args:
        port: of a server on loopback.
        name: that it must have.
        ca: what the client trusts.
        pair: folder with the client's cert.pem and key.pem.
    """
    side = ssl.create_default_context(cafile=ca)
    if pair:
        side.load_cert_chain(pair / "cert.pem", pair / "key.pem")
    try:
        with (
            contextlib.closing(socket.create_connection(("127.0.0.1", port), 5)) as plain,
            side.wrap_socket(plain, server_hostname=name) as connection,
        ):
            connection.sendall(b"?")
            return "" if connection.recv(1) == b"E" else "closed without an answer"
    except OSError as error:  # with TLS 1.3 a refused client sees it only here
        return str(error)


def by_server(server: Path, client: Path, trusted: Path, lists: Path | None = None) -> str:
    """Why a server that wants certificates does not take a client's; empty when it does.

    Args:
        server: folder of its pair.
        client: folder of the other's.
        trusted: CAs by which each judges the other.
        lists: revocation lists with which the server checks the whole chain.
    """
    ours, theirs = socket.socketpair()
    words: list[str] = []
    thread = threading.Thread(target=_judge, args=(theirs, server, trusted, lists, words))
    thread.start()
    side = ssl.create_default_context(cafile=trusted)
    side.load_cert_chain(client / "cert.pem", client / "key.pem")
    with (
        contextlib.suppress(OSError),
        ours,
        side.wrap_socket(ours, server_hostname="localhost") as connection,
    ):
        connection.sendall(b"?")
        connection.recv(1)
    thread.join(10)
    return words[0]


def _judge(plain: socket.socket, server: Path, trusted: Path, lists: Path | None, words: list[str]) -> None:
    side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=trusted)
    side.verify_mode = ssl.CERT_REQUIRED
    if lists:
        side.load_verify_locations(lists)
        side.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    side.load_cert_chain(server / "cert.pem", server / "key.pem")
    try:
        with plain, side.wrap_socket(plain, server_side=True) as connection:
            words.append("" if connection.recv(1) else "nothing was asked")
            connection.sendall(b"E")
    except ssl.SSLCertVerificationError as error:
        words.append(error.verify_message)
    except OSError as error:
        words.append(words.pop() if words else str(error))


def by_linter(path: Path, certificate: x509.Certificate) -> list[str]:
    """Warnings and errors of pkilint for a certificate."""
    path.write_bytes(pem(certificate))
    return _findings(lint_pkix_cert.main, ["lint", str(path)])


def list_by_linter(path: Path, kind: str) -> list[str]:
    """The same for a revocation list, `CRL` or `ARL`."""
    return _findings(lint_crl.main, ["lint", "-t", kind, "-p", "PKIX", str(path)])


def _findings(main: object, arguments: list[str]) -> list[str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        main(arguments)  # type: ignore[operator]
    lines = [line.strip() for line in said.getvalue().splitlines()]
    return [
        line
        for line in lines
        if re.search(r"\((FATAL|ERROR|WARNING)\)", line) and not SINGLE_LABEL.search(line)
    ]
