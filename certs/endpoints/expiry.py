"""What servers really show: certificates read by handshakes, and how much of their life is left."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509

from certs.ca.signature import now
from certs.endpoints import handshake
from certs.pairs.statement import alternatives_of, common_name, issuer_of, life_left, serial_of
from operation.failure import Failure

ALARM = 1 / 12
"""Part of its life below which a certificate is a fault: renewal at a third has failed for weeks by then."""

SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class Served:
    """A certificate that a server showed.

    Attributes:
        subject: its common name.
        alternatives: DNS names and IP addresses.
        serial: hexadecimal.
        not_before: start of its life (UTC).
        not_after: end of its life (UTC).
        left: part of its life that is left; 0 or less when expired.
        days_left: the same in days.
        reason: why chain or name do not verify; empty when they do.
        refused: why the server did not talk with us; empty when it did or was not asked.
        issuer: who signed it: the common name, else the organization.
    """

    subject: str
    alternatives: tuple[str, ...]
    serial: str
    not_before: datetime
    not_after: datetime
    left: float
    days_left: float
    reason: str = ""
    refused: str = ""
    issuer: str = ""

    @property
    def verified(self) -> bool:
        """Chain and name hold."""
        return not self.reason

    @property
    def fault(self) -> str:
        """What is wrong with it; empty when nothing is."""
        if self.left <= 0:
            return f"expired {-self.days_left:.1f} days ago"
        if self.reason:
            return f"does not verify: {self.reason}"
        if self.left < ALARM:
            return f"only {self.days_left:.1f} days left"
        return f"refuses us: {self.refused}" if self.refused else ""


def served(
    host: str,
    port: int,
    server_name: str,
    ca: Path,
    client_pair: tuple[Path, Path] | None = None,
    starttls: Literal["postgres"] | None = None,
    seconds: float = 5,
    *,
    ask: bool = False,
) -> Served:
    """Shakes hands with a server and tells what it showed, whether or not that verifies.

    Args:
        host: name or address to connect to.
        port: TCP port.
        server_name: the name that the certificate must have; also sent as SNI.
        ca: PEM file of trusted CAs.
        client_pair: certificate (with chain) and key, for mutual TLS.
        starttls: `postgres` sends PostgreSQL's SSLRequest first.
        seconds: longest wait for each step.
        ask: send a request too, because a refusal shows only in the answer.

    Raises:
        Failure: when no handshake came about.
    """
    certificate, key = client_pair or ("", "")
    words = handshake.shake(
        host, port, server_name, str(ca), str(certificate), str(key), starttls or "", seconds, ask
    )
    return parsed(words, f"{host}:{port}")


def parsed(words: Mapping[str, str], endpoint: str, at: datetime | None = None) -> Served:
    """Reads what a handshake brought, here or in a container.

    Args:
        words: the result of `handshake.shake`.
        endpoint: who was asked, for messages.
        at: the moment to judge at (UTC); the present when None.

    Raises:
        Failure: when there was no handshake, or nothing that is a certificate.
    """
    if "error" in words:
        raise _silent(endpoint, words["error"])
    try:
        leaf = x509.load_der_x509_certificate(base64.b64decode(words["leaf"]))
    except (KeyError, ValueError) as error:
        raise _silent(endpoint, "it showed no certificate") from error
    at = at or now()
    return Served(
        subject=common_name(leaf),
        alternatives=tuple(str(each.value) for each in alternatives_of(leaf)),
        serial=serial_of(leaf),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        left=life_left(leaf, at),
        days_left=(leaf.not_valid_after_utc - at).total_seconds() / SECONDS_A_DAY,
        reason=words["reason"],
        refused=words["refused"],
        issuer=issuer_of(leaf),
    )


def _silent(endpoint: str, why: str) -> Failure:
    return Failure(
        f"no handshake with {endpoint}: {why}.",
        "nobody can say which certificate it serves.",
        "`invoke status` says whether it runs.",
    )
