"""When a public certificate is renewed: in its server's window (RFC 9773), else at a third of life left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import BaseModel

from certs.acme.pair import Origin
from certs.acme.server import Server
from certs.pairs.statement import life_left, serial_of
from certs.pairs.store import RENEWED_WITH
from operation.custodian import write_private
from operation.failure import Failure

ADVICE, PAUSE = "advice.json", "pause.json"
"""In a server's folder: its suggestion for one certificate, and until when it wants to be left alone."""
AGAIN_AT_LEAST, AGAIN_AT_MOST = timedelta(minutes=1), timedelta(days=1)
"""Bounds of the time between two questions for the window (RFC 9773, section 4.3.1)."""


class Advice(BaseModel):
    """What a server suggested for one certificate.

    Attributes:
        serial: the certificate's.
        renew_at: a moment in the window, chosen at random; None where the server suggests nothing.
        ask_at: when to ask again.
    """

    serial: str
    renew_at: datetime | None
    ask_at: datetime


class Pause(BaseModel):
    """A server wants to be left alone.

    Attributes:
        until: when it may be asked again.
        why: its words.
    """

    until: datetime
    why: str


def advice(server: Server, folder: Path, certificate: x509.Certificate, at: datetime) -> Advice | None:
    """The server's suggestion, asked for only when the last one is old enough; None when it has no answer."""
    known = known_advice(folder, certificate)
    if known and at < known.ask_at:
        return known
    pem = certificate.public_bytes(Encoding.PEM)
    try:
        with server.told("the question when to renew"):
            renew_at, again = server.client.renewal_time(pem)
    except Failure:
        return known
    wait = min(max(again.astimezone(UTC) - at, AGAIN_AT_LEAST), AGAIN_AT_MOST)
    found = Advice(serial=serial_of(certificate), renew_at=renew_at, ask_at=at + wait)
    write_private(folder / ADVICE, found.model_dump_json(indent=2).encode())
    return found


def known_advice(folder: Path, certificate: x509.Certificate) -> Advice | None:
    """The last suggestion for that certificate; None when there is none."""
    try:
        found = Advice.model_validate_json((folder / ADVICE).read_bytes())
    except (OSError, ValueError):
        return None
    return found if found.serial == serial_of(certificate) else None


def stale(kept: x509.Certificate | None, origin: Origin | None, wanted: Origin) -> str:
    """Why a certificate does not do, whatever its age; empty when it does."""
    if kept is None or origin is None:
        return "there is none yet"
    if origin.url != wanted.url:
        return "another server gave the present one"
    if set(origin.names) != set(wanted.names):
        return "its names are others"
    return ""


def due(kept: x509.Certificate, advised: Advice | None, at: datetime) -> str:
    """Why it is time to renew; empty when it is not."""
    if at >= kept.not_valid_after_utc:
        return "it has expired"
    if advised and advised.renew_at:
        return "its server suggests to renew it now" if advised.renew_at <= at else ""
    return "less than a third of its life is left" if life_left(kept, at) <= RENEWED_WITH else ""


def renewal_at(kept: x509.Certificate, advised: Advice | None) -> datetime:
    """When it will be due."""
    if advised and advised.renew_at:
        return advised.renew_at
    life = kept.not_valid_after_utc - kept.not_valid_before_utc
    return kept.not_valid_after_utc - life * RENEWED_WITH


def pause(folder: Path, at: datetime) -> Pause | None:
    """What a server said that wants to be left alone; None when it may be asked."""
    try:
        found = Pause.model_validate_json((folder / PAUSE).read_bytes())
    except (OSError, ValueError):
        return None
    return found if at < found.until else None


def keep_pause(folder: Path, until: datetime, why: str) -> None:
    """Notes that a server wants to be left alone."""
    write_private(folder / PAUSE, Pause(until=until, why=why).model_dump_json(indent=2).encode())
