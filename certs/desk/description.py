"""One certificate in words, wherever it was found: in the store, in a file, or at a server."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.ca import key_file, register
from certs.ca.authority import ROOT_PEM, root_path
from certs.ca.keys import kind_of
from certs.ca.signature import now
from certs.endpoints import handshake
from certs.foreign import incoming
from certs.pairs import store
from certs.pairs.statement import alternatives_of, common_name, purposes_of, serial_of
from certs.rotation import succession
from operation.failure import Failure, refusal
from operation.stack import Stack

AT = re.compile(r"\[?(?P<host>[^\s\[\]]+?)\]?:(?P<port>[1-9][0-9]{0,4})")
POSTGRES_PORT = 5432
SECONDS = 5.0
SECONDS_A_DAY = 86400
CAS = {"root": ROOT_PEM, "issuing": succession.PEM}
"""The stack's CAs by the words that `certs.show` takes."""

PURPOSES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "server",
    ExtendedKeyUsageOID.CLIENT_AUTH: "client",
}
Value = str | float | None


@dataclass(frozen=True)
class Found:
    """A chain, and where it was.

    Attributes:
        where: in words.
        chain: the certificate that was asked for first.
        verdict: what a handshake says of it; empty without one.
    """

    where: str
    chain: tuple[x509.Certificate, ...]
    verdict: str = ""


def found(stack: Stack, what: str, starttls: Literal["", "postgres"] = "") -> Found:
    """Looks a certificate up: by name in the store, in a file, or at `host:port`.

    Args:
        stack: whose store, and whose root judges a server.
        what: name, file or address.
        starttls: preamble of a server; port 5432 is PostgreSQL's.

    Raises:
        Failure: when there is nothing of that name, or no handshake came about.
    """
    folder = stack.folder / "certs"
    if what in CAS and (folder / CAS[what]).exists():
        return Found(f"{what} CA of {stack.name}", tuple(key_file.certificates(folder / CAS[what])))
    kept = store.find(stack, what)
    if kept:
        return Found(str(kept.folder), tuple(key_file.certificates(kept.folder / store.CERTIFICATE)))
    if Path(what).is_file():
        return Found(what, tuple(incoming.roots(Path(what))))
    address = AT.fullmatch(what)
    if address:
        return _served(stack, address["host"], int(address["port"]), starttls)
    raise refusal(
        f"stack {stack.name} has no party {what!r} and issued nothing to it, and there is no such file.",
        remedy="`invoke certs.show` lists all; root, issuing, a PEM file and host:port can be shown, too.",
    )


def described(each: x509.Certificate, void: str = "") -> dict[str, Value]:
    """What a certificate says, and how many days are left.

    Args:
        each: the certificate.
        void: why it is revoked; empty when it is not.
    """
    left = (each.not_valid_after_utc - now()).total_seconds() / SECONDS_A_DAY
    return {
        "subject": each.subject.rfc4514_string(),
        "common_name": common_name(each),
        "names": " ".join(str(name.value) for name in alternatives_of(each)),
        "purposes": " ".join(PURPOSES.get(oid, oid.dotted_string) for oid in purposes_of(each)),
        "issuer": each.issuer.rfc4514_string(),
        "serial": serial_of(each),
        "not_before": each.not_valid_before_utc.isoformat(),
        "not_after": each.not_valid_after_utc.isoformat(),
        "days_left": round(left, 2),
        "key": kind_of(each.public_key()),
        "fingerprint": each.fingerprint(SHA256()).hex(),
        "revoked": void,
    }


def void(stack: Stack, each: x509.Certificate) -> str:
    """Since when and why the register says that a certificate is revoked; empty when it does not."""
    entry = register.entries(stack).get(serial_of(each))
    if entry is None or entry.revoked is None:
        return ""
    return f"{entry.revoked.at:%Y-%m-%d %H:%M} UTC, {entry.revoked.reason}"


def _served(stack: Stack, host: str, port: int, starttls: Literal["", "postgres"]) -> Found:
    ca = root_path(stack)
    preamble = starttls or ("postgres" if port == POSTGRES_PORT else "")
    trusted = str(ca) if ca.exists() else ""
    words = handshake.shake(host, port, host, trusted, starttls=preamble, seconds=SECONDS)
    if "error" in words:
        raise Failure(
            f"no handshake with {host}:{port}: {words['error']}.",
            "nobody can say which certificate it serves.",
            "see whether it listens there, and speaks TLS at once or --starttls postgres.",
        )
    leaf = x509.load_der_x509_certificate(base64.b64decode(words["leaf"]))
    verdict = f"does not verify: {words['reason']}" if words["reason"] else "verifies"
    judge = f"the root of {stack.name}" if trusted else "the roots of this host"
    return Found(f"{host}:{port}", (leaf,), f"{verdict} ({judge})")
