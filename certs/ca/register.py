"""The register: which certificates were issued and which were revoked, in a file that only grows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from certs.ca.signature import now
from certs.pairs.statement import serial_of
from certs.turn import turn
from operation.failure import Failure
from operation.stack import Stack

FILE, LOCK = "register.jsonl", ".register.lock"
Reason = Literal[
    "unspecified",
    "key_compromise",
    "ca_compromise",
    "affiliation_changed",
    "superseded",
    "cessation_of_operation",
    "privilege_withdrawn",
]
"""Reasons of RFC 5280, section 5.3.1, but for those that take a revocation back."""


class Issued(BaseModel):
    """A line: a certificate was signed.

    Attributes:
        serial: hexadecimal, as `openssl x509 -serial` prints it.
        party: whose.
        profile: server, client, peer, person or ca.
        issuer: key identifier of the CA that signed it, hexadecimal.
        not_after: end of its life (UTC).
        at: when (UTC).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Literal["issued"] = "issued"
    serial: str
    party: str
    profile: str
    issuer: str
    not_after: datetime
    at: datetime


class Revoked(BaseModel):
    """A line: a certificate is void.

    Attributes:
        serial: which.
        reason: why.
        at: since when (UTC).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Literal["revoked"] = "revoked"
    serial: str
    reason: Reason
    at: datetime


Line = Annotated[Issued | Revoked, Field(discriminator="event")]
LINE: TypeAdapter[Issued | Revoked] = TypeAdapter(Line)


@dataclass(frozen=True)
class Entry:
    """What is known of one certificate.

    Attributes:
        issued: what was signed.
        revoked: when and why it became void; None while it is good.
    """

    issued: Issued
    revoked: Revoked | None = None


def line_of(certificate: x509.Certificate, party: str, profile: str) -> Issued:
    """The line for a certificate that was signed."""
    issuer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    return Issued(
        serial=serial_of(certificate),
        party=party,
        profile=profile,
        issuer=(issuer.key_identifier or b"").hex(),
        not_after=certificate.not_valid_after_utc,
        at=now(),
    )


def record(stack: Stack, *lines: Issued | Revoked) -> None:
    """Appends lines, durable when this returns; a line that a kill cut short was never acknowledged and goes.

    Raises:
        Failure: when the disk does not take them; the register is then as it was.
    """
    folder = stack.make_folder("certs")
    content = "".join(f"{each.model_dump_json()}\n" for each in lines).encode()
    with turn(folder / LOCK):
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _append(descriptor, content)
        except OSError as error:
            raise Failure(
                f"the register of certificates {folder / FILE} cannot be written: {error.strerror}.",
                "no certificate was issued or revoked.",
                "make room on that disk, then type the same command again.",
            ) from error
        finally:
            os.close(descriptor)


def entries(stack: Stack) -> dict[str, Entry]:
    """All certificates of the register by serial number, oldest first.

    Raises:
        Failure: when a line is damaged: a revocation may be in it, and none is ever forgotten.
    """
    try:
        content = (stack.folder / "certs" / FILE).read_bytes()
    except FileNotFoundError:
        return {}
    found: dict[str, Entry] = {}
    for number, line in enumerate(content.split(b"\n")[:-1], 1):  # the last was cut short, or is empty
        try:
            _enter(found, LINE.validate_json(line))
        except (ValidationError, KeyError) as error:
            raise Failure(
                f"line {number} of {stack.folder / 'certs' / FILE} is damaged.",
                "no certificate can be issued or revoked, and no revocation list be written.",
                "copy the file back from the recovery kit.",
            ) from error
    return found


def revoked(stack: Stack, serial: str) -> bool:
    """Whether that certificate is void."""
    entry = entries(stack).get(serial)
    return entry is not None and entry.revoked is not None


def of_party(found: Sequence[Entry], party: str, at: datetime) -> list[Entry]:
    """A party's certificates that are neither revoked nor expired, the newest last."""
    return [
        each
        for each in found
        if each.issued.party == party and each.revoked is None and each.issued.not_after > at
    ]


def _enter(found: dict[str, Entry], line: Issued | Revoked) -> None:
    if isinstance(line, Issued):
        found.setdefault(line.serial, Entry(line))
    elif found[line.serial].revoked is None:  # the first word counts
        found[line.serial] = replace(found[line.serial], revoked=line)


def _append(descriptor: int, content: bytes) -> None:
    """Writes behind the last whole line; what does not fit is taken back."""
    whole = _whole(descriptor)
    os.ftruncate(descriptor, whole)
    try:
        written = os.pwrite(descriptor, content, whole)
        if written < len(content):
            written += os.pwrite(descriptor, content[written:], whole + written)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, whole)
        raise


def _whole(descriptor: int) -> int:
    """Octets up to the end of the last whole line."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).rfind(b"\n") + 1
